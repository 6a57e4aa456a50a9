package dev.weirpool.worker;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine calls itself. */
public final class Host {

    private static final Path KERNEL_NAME = Path.of("/proc/sys/kernel/hostname");

    private Host() {}

    /** The host's name, without asking a name server where the kernel tells. */
    public static String name() {
        try {
            if (Files.isReadable(KERNEL_NAME)) {
                return Files.readString(KERNEL_NAME).strip();
            }
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
