package server

type fastHead struct{}
