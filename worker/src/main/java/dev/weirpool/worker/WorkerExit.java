package dev.weirpool.worker;

/** The exit codes of a worker process; {@code docs/operations.md} lists them. */
enum WorkerExit {
    /** It was asked to stop, or had run as many tasks as it may. */
    DONE(0),
    /** Its launcher is gone. */
    ORPHANED(10),
    /** It was taken for dead, and its tasks given to others. */
    FENCED(11),
    /** The initializer failed. */
    NOT_INITIALIZED(12),
    /** A task that was to be cancelled did not heed the interrupt. */
    CANCELLED(13),
    /** A fault of the worker itself. */
    BROKEN(14);

    final int code;

    WorkerExit(int code) {
        this.code = code;
    }
}
