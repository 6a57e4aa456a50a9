package dev.weirpool.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory a process occupies (its resident set), where the kernel tells: on Linux. */
final class Memory {

    private final Path status;
    private long peakBytes;

    Memory(long pid) {
        this.status = Path.of("/proc", Long.toString(pid), "status");
    }

    /** Looks; returns the bytes it occupies now, or 0 if that cannot be told. */
    long sample() {
        var current = 0L;
        try {
            for (var line : Files.readAllLines(status)) {
                if (line.startsWith("VmHWM:")) {
                    peakBytes = Math.max(peakBytes, bytes(line));
                } else if (line.startsWith("VmRSS:")) {
                    current = bytes(line);
                }
            }
        } catch (IOException e) {
            return 0; // it has ended, or this is no Linux
        }
        return current;
    }

    /** The most that was seen. */
    long peakBytes() {
        return peakBytes;
    }

    private static long bytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
}
