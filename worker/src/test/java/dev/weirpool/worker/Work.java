package dev.weirpool.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What the tests have workers do. */
final class Work {
    private Work() {}

    /** Leaves a line with the pid of the process it runs in. */
    static void signIn(String file) throws IOException {
        Files.writeString(
                Path.of(file),
                ProcessHandle.current().pid() + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** Signs in, then goes on for longer than any test waits. */
    static void hang(String file) throws Exception {
        signIn(file);
        TimeUnit.MINUTES.sleep(10);
    }

    /** The same, and heeds no interrupt. */
    static void hangWhateverComes(String file) throws IOException {
        signIn(file);
        for (var end = System.nanoTime() + TimeUnit.MINUTES.toNanos(10); System.nanoTime() < end; ) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** Signs in, waits until {@code gate} is there, and signs in again. */
    static void waitFor(String file, String gate) throws Exception {
        signIn(file);
        while (!Files.exists(Path.of(gate))) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        signIn(file);
    }

    static void exit(int code) {
        System.exit(code);
    }

    static void exhaustMemory() {
        var all = new ArrayList<byte[]>();
        while (true) {
            all.add(new byte[1 << 24]);
        }
    }

    static void refuse() {
        throw new IllegalStateException("no licence for this machine");
    }
}
