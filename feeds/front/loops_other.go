//go:build !linux

package front

import (
	"context"
	"net"
)

// loops are written for Linux: there are none here.
type loops struct{}

type system struct{}

var realSystem system

func (s *server) startLoops(net.Listener) *loops { return nil }

func (l *loops) stop()                      {}
func (l *loops) abort()                     {}
func (l *loops) wait(context.Context) error { return nil }
