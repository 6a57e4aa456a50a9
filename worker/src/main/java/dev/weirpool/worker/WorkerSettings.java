package dev.weirpool.worker;

import dev.weirpool.queue.protocol.Envelope;
import dev.weirpool.queue.signing.Keyring;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/**
 * What a launcher tells a worker at its start. It goes down the worker's standard input, because anybody on the machine can read
 * a command line or an environment, and the address of Redis may hold a password.
 *
 * @param worker its name, never used before
 * @param partitions the queues of Redis that it serves; the first has the name of the queue
 * @param keyring what is signed and verified with
 * @param board where it shows what it is doing
 * @param allow the entries of the list of what its tasks may be of
 * @param initializer what to call before the first task
 */
record WorkerSettings(
        String worker,
        URI redis,
        Keyring keyring,
        List<String> partitions,
        Duration timeout,
        Duration lease,
        int maxTasks,
        Path board,
        List<String> allow,
        Optional<Envelope> initializer) {

    private static final String END = "go";
    private static final String SEPARATOR = "\t";

    String queue() {
        return partitions.get(0);
    }

    /** Which partition it waits at: those of one launcher are spread over them. */
    int home() {
        return Math.floorMod(worker.hashCode(), partitions.size()); // names end in a number, and so do their hashes
    }

    void writeTo(Writer out) throws IOException {
        line(out, "worker", worker);
        line(out, "redis", redis.toString());
        line(out, "keys", keyring.toPipe());
        line(out, "partitions", String.join(SEPARATOR, partitions));
        line(out, "timeout", Long.toString(timeout.toMillis()));
        line(out, "lease", Long.toString(lease.toMillis()));
        line(out, "maxTasks", Integer.toString(maxTasks));
        line(out, "board", board.toString());
        line(out, "allow", String.join(SEPARATOR, allow));
        if (initializer.isPresent()) {
            line(
                    out,
                    "initializer",
                    Base64.getEncoder().encodeToString(initializer.get().raw()));
        }
        out.write(END + "\n");
        out.flush();
    }

    private static void line(Writer out, String key, String value) throws IOException {
        out.write(key + " " + value + "\n");
    }

    static WorkerSettings readFrom(BufferedReader in) throws IOException {
        var values = new HashMap<String, String>();
        for (var line = in.readLine(); !END.equals(line); line = in.readLine()) {
            if (line == null) {
                throw new IOException("the launcher went away before it had given its settings");
            }
            var space = line.indexOf(' ');
            values.put(line.substring(0, space), line.substring(space + 1));
        }
        return new WorkerSettings(
                values.getOrDefault("worker", ""),
                URI.create(values.getOrDefault("redis", "")),
                Optional.ofNullable(values.get("keys")).map(Keyring::ofPipe).orElseGet(Keyring::none),
                List.of(values.getOrDefault("partitions", "").split(SEPARATOR, -1)),
                Duration.ofMillis(Long.parseLong(values.getOrDefault("timeout", ""))),
                Duration.ofMillis(Long.parseLong(values.getOrDefault("lease", ""))),
                Integer.parseInt(values.getOrDefault("maxTasks", "0")),
                Path.of(values.getOrDefault("board", "")),
                List.of(values.getOrDefault("allow", "").split(SEPARATOR, -1)),
                Optional.ofNullable(values.get("initializer"))
                        .map(text -> Envelope.stored(Base64.getDecoder().decode(text))));
    }
}
