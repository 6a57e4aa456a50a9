package dev.weirpool.worker;

import dev.weirpool.queue.redis.CacheDirectory;
import java.nio.file.Path;

/** Where a worker's JVM leaves its report when it crashes in native code. */
final class CrashReports {

    private CrashReports() {}

    /** The flag that tells the JVM where. */
    static String flag() {
        return "-XX:ErrorFile=" + CacheDirectory.path().resolve("hs_err_pid%p.log");
    }

    static Path of(long pid) {
        return CacheDirectory.path().resolve("hs_err_pid" + pid + ".log");
    }
}
