package dev.weirpool.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemoryTest {
    @TempDir
    private Path directory;

    @Test
    void readsHowManyProcessesTheKernelHasKilledWhereverThatIsCounted() throws Exception {
        assertThat(Memory.kernelKills(file("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\n")))
                .isEqualTo(2);
        assertThat(Memory.kernelKills(file("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n")))
                .isEqualTo(7);
        assertThat(Memory.kernelKills(file("nr_free_pages 12\noom_kill 0\ndrop_pagecache 4\n")))
                .isZero();
        assertThat(Memory.kernelKills(directory.resolve("none"))).isZero();
    }

    private Path file(String text) throws Exception {
        return Files.writeString(directory.resolve("counters"), text);
    }
}
