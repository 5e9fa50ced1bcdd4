package front

const haveLoops = true
