"""The process: composition, server, worker, queue, store, logs."""
