package dev.weirpool.cli;

/** What the command exits with; {@code docs/operations.md} tells users. */
final class ExitCode {
    static final int DONE = 0;
    /** A fault of ours: please report it. */
    static final int FAULT = 1;
    /** Called wrongly, or with something that does not exist. */
    static final int USAGE = 2;
    /** Redis cannot be reached, or is not suitable. */
    static final int REDIS = 3;
    /** No worker process could start. */
    static final int NO_WORKERS = 4;
    /** Done, but for some items that failed and were named. */
    static final int SOME_FAILED = 5;
    /** The doctor has found something. */
    static final int FOUND = 6;
    /** Asked, and the answer was no: nothing was done. */
    static final int DECLINED = 7;
    /** Ended by an interrupt, as shells have it. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
