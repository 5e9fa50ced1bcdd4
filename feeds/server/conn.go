package server

import "net/http"

func joinWrites(r *http.Request, n int) {}
