package dev.weirpool.cli;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskQueue;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Loads the classes of the commands that people wait for, so that {@code make-archive} can put them into the start-up archive. */
@Command(name = "training", hidden = true, description = "For make-archive: loads what other commands load.")
final class Training implements Callable<Integer> {
    private static final String QUEUE = "training";

    @Override
    public Integer call() throws Exception {
        new Demo().queue();
        var out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try (var redis = RedisOptions.embedded().open();
                var queue = TaskQueue.connect(RedisOptions.embedded(), QUEUE)) {
            var address = redis.uri().toString();
            var id = queue.send(Task.named("a::b", "c")).toString();
            for (var command : new String[][] {
                {"status"},
                {"status", "-o", "json"},
                {"queue", "ls"},
                {"task", "ls", "--queue", QUEUE},
                {"task", "show", id},
                {"worker", "ls"},
                {"top", "--times", "1", "--every", "0.1"},
                {"doctor"}
            }) {
                var line = new String[command.length + 2];
                System.arraycopy(command, 0, line, 0, command.length);
                line[command.length] = "--redis";
                line[command.length + 1] = address;
                Main.execute(line);
            }
            return ExitCode.DONE;
        } finally {
            System.setOut(out);
        }
    }
}
