package dev.weirpool.cli;

/** {@code weirpool doctor}, called from another package. */
public final class DoctorRun {

    private DoctorRun() {}

    /** Its exit code. */
    public static int of(String redis) {
        return Said.of("doctor", "--redis", redis).exitCode();
    }
}
