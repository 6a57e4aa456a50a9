package dev.weirpool.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How much memory a process occupies (its resident set), and whether there was too little; where the kernel tells: on Linux. */
final class Memory {

    private static final long NO_LIMIT = 1L << 50; // the first version of cgroups says so with a number

    /** The first that is there: of our container, or of the machine. */
    private static final List<Path> COUNTERS = List.of(
            Path.of("/sys/fs/cgroup/memory.events"),
            Path.of("/sys/fs/cgroup/memory/memory.oom_control"),
            Path.of("/proc/vmstat"));

    private final Path status;
    private long peakBytes;
    private long currentBytes;

    Memory(long pid) {
        this.status = Path.of("/proc", Long.toString(pid), "status");
    }

    /** Looks; returns the bytes it occupies now, or 0 if that cannot be told. */
    long sample() {
        var current = 0L;
        currentBytes = 0;
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
        currentBytes = current;
        return current;
    }

    /** What was seen last. */
    long currentBytes() {
        return currentBytes;
    }

    /** What the kernel says the process is doing, for example {@code T (stopped)}. */
    Optional<String> processState() {
        return read(status)
                .filter(line -> line.startsWith("State:"))
                .map(line -> line.substring(6).strip())
                .findFirst();
    }

    /** The most that was seen. */
    long peakBytes() {
        return peakBytes;
    }

    /** What the machine or container has, in bytes; 0 if that cannot be told. */
    static long limit() {
        return Stream.of("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
                .flatMap(file -> read(Path.of(file)).filter(line -> line.matches("\\d{1,18}")))
                .mapToLong(Long::parseLong)
                .filter(limit -> limit < NO_LIMIT)
                .findFirst()
                .orElseGet(() -> read(Path.of("/proc/meminfo"))
                        .filter(line -> line.startsWith("MemTotal:"))
                        .mapToLong(Memory::bytes)
                        .findFirst()
                        .orElse(0));
    }

    private static Stream<String> read(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            return Stream.empty(); // another kernel
        }
    }

    /** How many processes the kernel has killed so far because memory had run out; 0 if that cannot be told. */
    static long kernelKills() {
        return COUNTERS.stream()
                .filter(Files::isReadable)
                .findFirst()
                .map(Memory::kernelKills)
                .orElse(0L);
    }

    static long kernelKills(Path counters) {
        try {
            return Files.readAllLines(counters).stream()
                    .filter(line -> line.startsWith("oom_kill "))
                    .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length())))
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }

    private static long bytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
}
