import dev.weirpool.pool.Pool;
import dev.weirpool.queue.RedisOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** What {@code benchmarks/startup.sh} runs. */
public final class Startup {

    private final Path directory;
    private final String command;
    private final Map<String, List<Double>> results = new LinkedHashMap<>();
    private int runs = 9;
    private int cpuSeconds;
    private boolean json;

    private Startup(String[] arguments) {
        directory = Path.of(arguments[0]);
        command = arguments[1];
        for (int i = 2; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--json" -> json = true;
                case "--runs" -> runs = Integer.parseInt(arguments[++i]);
                case "--cpu" -> cpuSeconds = Integer.parseInt(arguments[++i]);
                default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        var startup = new Startup(arguments);
        startup.worker();
        startup.programs();
        if (startup.cpuSeconds > 0) {
            startup.cpu("hashing");
            startup.cpu("allocating");
        }
        startup.print();
    }

    public static long pid() throws InterruptedException {
        Thread.sleep(20); // or one worker would take all
        return ProcessHandle.current().pid();
    }

    /** The command line of a worker is taken from a real one. */
    private void worker() throws Exception {
        List<String> line;
        try (var first = Pool.start(1)) { // leaves an archive behind where there was none
            first.apply(Startup::pid);
            first.close();
            first.join();
        }
        var pool = Pool.start(4);
        try {
            var pids = new HashSet<Long>();
            while (pids.size() < 4) {
                pids.add(pool.apply(Startup::pid));
                pids.addAll(pool.starmap(Startup::pidOf, List.of(
                        new dev.weirpool.queue.Args.Two<>(1, 1), new dev.weirpool.queue.Args.Two<>(1, 1),
                        new dev.weirpool.queue.Args.Two<>(1, 1), new dev.weirpool.queue.Args.Two<>(1, 1)), 1));
            }
            TimeUnit.SECONDS.sleep(2);
            for (var pid : pids) {
                add("idle worker, PSS, MiB", pss(pid));
            }
            line = List.of(Files.readString(Path.of("/proc/" + pids.iterator().next() + "/cmdline")).split("\0"));
        } finally {
            pool.close();
            pool.join();
        }
        try (var redis = RedisOptions.embedded().open()) {
            for (int i = -1; i < runs; i++) {
                var took = ready(line, redis.uri().toString(), i);
                if (i >= 0) {
                    add("worker, spawn to ready, ms", took);
                }
            }
        }
    }

    public static long pidOf(int a, int b) throws InterruptedException {
        return pid();
    }

    private static final String KEYS = dev.weirpool.queue.signing.Keyring.random().toPipe();

    /** As a launcher does it: settings down its standard input, and the first byte of its board tells when it is ready. */
    private double ready(List<String> line, String redis, int run) throws Exception {
        var board = Files.write(directory.resolve("board"), new byte[64]);
        try (var channel = FileChannel.open(board, StandardOpenOption.READ)) {
            long began = System.nanoTime();
            var process = new ProcessBuilder(line).redirectErrorStream(true).start();
            try (var out = process.outputWriter()) {
                out.write("worker w" + run + "\nredis " + redis + "\nkeys " + KEYS + "\npartitions startup\ntimeout 2000\nlease 15000\nmaxTasks 0\nboard "
                        + board + "\nallow file:\ngo\n");
                out.flush();
                var first = ByteBuffer.allocate(1);
                while (true) {
                    first.clear();
                    channel.read(first, 0);
                    if (first.get(0) == 1) {
                        return (System.nanoTime() - began) / 1e6;
                    }
                    if (!process.isAlive()) {
                        throw new IOException(new String(process.getInputStream().readAllBytes()));
                    }
                    Thread.sleep(0, 300_000);
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static double pss(long pid) throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            if (line.startsWith("Pss:")) {
                return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        throw new IOException("no Pss of " + pid);
    }

    /** A user's own program, by itself and with an archive of its classes; and the command. */
    private void programs() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var quiet = "-Dslf4j.internal.verbosity=ERROR";
        var classPath = System.getProperty("java.class.path");
        var isAot = Runtime.version().feature() >= 25;
        var archive = directory.resolve("main.archive").toString();
        run(List.of(java, quiet, isAot ? "-XX:AOTCacheOutput=" + archive : "-XX:ArchiveClassesAtExit=" + archive,
                "-Xlog:disable", "-cp", classPath, "FirstResult"));
        var plain = List.of(java, quiet, "-cp", classPath, "FirstResult");
        var archived = List.of(java, quiet, (isAot ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive, "-cp", classPath, "FirstResult");
        for (int i = -1; i < runs; i++) {
            program("plain java", plain, i >= 0);
            program("java with an archive", archived, i >= 0);
            var text = run(List.of(command, "demo", "pool", "--timing"));
            if (i >= 0) {
                add("weirpool demo pool --timing, ms", Double.parseDouble(text.replaceAll("(?s).*result: (\\d+) ms.*", "$1")));
            }
        }
    }

    private void program(String how, List<String> line, boolean counts) throws Exception {
        var times = run(line).strip().split(" ");
        long ended = System.nanoTime(); // the same clock in all processes of a Linux machine
        if (counts) {
            add(how + ", Pool.start(4) to first result, ms", (Long.parseLong(times[1]) - Long.parseLong(times[0])) / 1e6);
            add(how + ", last result to end of program, ms", (ended - Long.parseLong(times[1])) / 1e6);
        }
    }

    private static String run(List<String> line) throws Exception {
        var process = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().close();
        var text = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(line + " failed: " + text);
        }
        return text;
    }

    /** One after the other on the same machine, in turns. */
    private void cpu(String kind) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var plain = List.of(java, "-cp", System.getProperty("java.class.path"), "Crunch", kind, "" + cpuSeconds);
        for (int i = 0; i < runs; i++) {
            double alone = Double.parseDouble(run(plain).strip());
            Callable<Double> inWorker = () -> {
                try (var pool = Pool.start(1)) {
                    return kind.equals("hashing")
                            ? pool.apply(Crunch::hashing, cpuSeconds)
                            : pool.apply(Crunch::allocating, cpuSeconds);
                }
            };
            add(kind + ", worker's rate to plain java's", inWorker.call() / alone);
        }
    }

    private void add(String what, double value) {
        results.computeIfAbsent(what, key -> new ArrayList<>()).add(value);
    }

    private void print() {
        var lines = new ArrayList<String>();
        results.forEach((what, values) -> {
            values.sort(null);
            var median = values.get(values.size() / 2);
            var least = values.get(0);
            var most = values.get(values.size() - 1);
            lines.add(json
                    ? String.format(Locale.ROOT, "  {\"what\": \"%s\", \"median\": %.2f, \"min\": %.2f, \"max\": %.2f, \"runs\": %d}",
                            what, median, least, most, values.size())
                    : String.format(Locale.ROOT, "%-62s %8.2f  [%.2f - %.2f]  %d", what, median, least, most, values.size()));
        });
        var version = Runtime.version();
        System.out.println(json
                ? "{\"java\": \"" + version + "\", \"results\": [\n" + String.join(",\n", lines) + "\n]}"
                : "Java " + version + "                        median  [least - most]  runs\n" + String.join("\n", lines));
    }
}
