package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

//go:generate go run . readme ../../README.md

func main() { os.Exit(start()) }

// start ends the run at the first signal; a second one kills the process.
func start() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer context.AfterFunc(ctx, stop)()
	return run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv)
}
