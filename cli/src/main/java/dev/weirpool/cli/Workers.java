package dev.weirpool.cli;

import dev.weirpool.cli.output.Plain;
import dev.weirpool.queue.inspect.OperatedQueue;
import dev.weirpool.queue.inspect.Operator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code weirpool worker} has besides running workers: looks at those that run anywhere, and steers them. */
final class Workers {

    private Workers() {}

    static List<Views.Staff> of(Operator operator, Tasks.AnyQueueArgument queues) {
        return queues.names(operator).stream()
                .map(operator::queue)
                .flatMap(Workers::of)
                .toList();
    }

    static Stream<Views.Staff> of(OperatedQueue queue) {
        return queue.launchers().stream()
                .flatMap(launcher ->
                        launcher.workers().stream().map(worker -> new Views.Staff(queue.name(), launcher, worker)));
    }

    private static Views.Staff find(Operator operator, Tasks.AnyQueueArgument queues, String wanted) {
        var fitting = of(operator, queues).stream()
                .filter(staff -> staff.worker().name().equals(wanted)
                        || wanted.equals("" + staff.worker().pid())
                        || wanted.equals(
                                staff.launcher().host() + ":" + staff.worker().pid()))
                .toList();
        if (fitting.size() == 1) {
            return fitting.get(0);
        }
        throw new IllegalArgumentException(
                fitting.isEmpty()
                        ? "no such worker: " + wanted + "; see: weirpool worker ls"
                        : "there are " + fitting.size() + " workers with pid " + wanted + "; write HOST:PID");
    }

    /** {@code weirpool worker ls}. */
    @Command(
            name = "ls",
            description =
                    "All workers that serve queues, on all machines, as their launchers said within the last seconds.",
            mixinStandardHelpOptions = true)
    static final class Ls implements Callable<Integer> {
        @Mixin
        private Tasks.AnyQueueArgument queues;

        @Mixin
        private RedisArgument redis;

        @Mixin
        private OutputArgument output;

        Ls() {
            queues = new Tasks.AnyQueueArgument();
            redis = new RedisArgument();
            output = new OutputArgument();
        }

        @Override
        public Integer call() {
            try (var operator = Operator.connect(redis.required())) {
                output.rows(Views.WORKER, of(operator, queues));
                return ExitCode.DONE;
            }
        }
    }

    /** {@code weirpool worker dump}. */
    @Command(
            name = "dump",
            description = "The stacks of a worker's threads, also if its task hangs.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {"  weirpool worker dump 4711", "  weirpool worker dump build-3:4711"})
    static final class Dump implements Callable<Integer> {
        @Parameters(paramLabel = "WORKER", description = "Its pid, HOST:PID, or name.")
        private String worker = "";

        @Option(
                names = "--wait",
                paramLabel = "SECONDS",
                defaultValue = "15",
                description = "For its launcher at most; ${DEFAULT-VALUE} by default.")
        private int seconds;

        @Mixin
        private Tasks.AnyQueueArgument queues;

        @Mixin
        private RedisArgument redis;

        Dump() {
            queues = new Tasks.AnyQueueArgument();
            redis = new RedisArgument();
        }

        @Override
        public Integer call() throws InterruptedException {
            try (var operator = Operator.connect(redis.required())) {
                var staff = find(operator, queues, worker);
                var threads =
                        operator.queue(staff.queue()).threads(staff.worker().name(), Duration.ofSeconds(seconds));
                if (threads.isEmpty()) {
                    throw new IllegalArgumentException("launcher "
                            + staff.launcher().id() + " has not answered within " + seconds + " s; is it alive?");
                }
                System.out.print(Plain.lines(threads.get()));
                return ExitCode.DONE;
            }
        }
    }

    /** {@code weirpool worker drain}. */
    @Command(
            name = "drain",
            description = {
                "Has launchers end: their workers finish the task they run and begin no other.",
                "They hear of it with their next heartbeat, within 5 s as a rule."
            },
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  weirpool worker drain build-3.4711.9f86d081 --yes",
                "  weirpool worker drain build-3 --yes   # all on that host"
            })
    static final class Drain implements Callable<Integer> {
        @Parameters(
                paramLabel = "LAUNCHER",
                description = "Its id, as in: worker ls -o json; or a host, for all on it.")
        private String wanted = "";

        @Mixin
        private Confirmation confirmation;

        @Mixin
        private Tasks.AnyQueueArgument queues;

        @Mixin
        private RedisArgument redis;

        @Mixin
        private OutputArgument output;

        Drain() {
            confirmation = new Confirmation();
            queues = new Tasks.AnyQueueArgument();
            redis = new RedisArgument();
            output = new OutputArgument();
        }

        /** A launcher and the queue that it serves. */
        private record Site(String queue, String launcher, int workers) {}

        @Override
        public Integer call() {
            try (var operator = Operator.connect(redis.required())) {
                var sites = queues.names(operator).stream()
                        .flatMap(queue -> operator.queue(queue).launchers().stream()
                                .filter(launcher -> launcher.id().equals(wanted)
                                        || launcher.host().equals(wanted))
                                .map(launcher -> new Site(
                                        queue, launcher.id(), launcher.workers().size())))
                        .toList();
                if (sites.isEmpty()) {
                    throw new IllegalArgumentException(
                            "no such launcher or host: " + wanted + "; see: weirpool worker ls");
                }
                var workers = sites.stream().mapToInt(Site::workers).sum();
                if (!confirmation.isGiven("end " + sites.size() + (sites.size() == 1 ? " launcher" : " launchers")
                        + " with " + workers + (workers == 1 ? " worker" : " workers"))) {
                    return ExitCode.DECLINED;
                }
                var deaf = sites.stream()
                        .filter(site -> !operator.queue(site.queue).drain(site.launcher))
                        .peek(site -> System.err.println(
                                "weirpool: launcher " + site.launcher + " has not heeded earlier orders"))
                        .count();
                output.done("told " + (sites.size() - deaf) + " to end", Map.of("drained", sites.size() - deaf));
                return deaf == 0 ? ExitCode.DONE : ExitCode.SOME_FAILED;
            }
        }
    }
}
