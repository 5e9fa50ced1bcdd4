//go:build !linux

package front

const haveLoops = false
