package dev.weirpool.cli.doctor;

import dev.weirpool.cli.output.Column.Bytes;
import dev.weirpool.cli.output.Plain;
import dev.weirpool.queue.inspect.LauncherState;
import dev.weirpool.queue.inspect.QueueState;
import dev.weirpool.queue.inspect.WorkerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Something to be looked at.
 *
 * @param name in a few words
 * @param findings what is wrong with that; nothing if all is well
 */
public record Check(String name, Function<Facts, List<Finding>> findings) {

    private static final Duration SLOW = Duration.ofMillis(5);
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(1);
    private static final double NEARLY_FULL = 0.8;
    /** What a JVM takes besides its heap, roughly. */
    private static final long BESIDES_HEAP = 64L << 20;

    private static final Set<String> NEED_INFO =
            Set.of("Redis version", "eviction", "persistence", "replicas", "memory of Redis");

    private static final int UNSIGNED = 0;

    /** All checks, in the order in which a person would look. */
    public static final List<Check> ALL = List.of(
            new Check("Redis version", Check::version),
            new Check("eviction", Check::eviction),
            new Check("persistence", Check::persistence),
            new Check("replicas", Check::replicas),
            new Check("round trip", Check::roundTrip),
            new Check("clocks", Check::clocks),
            new Check("memory of Redis", Check::redisMemory),
            new Check("memory of workers", Check::workerMemory),
            new Check("versions of workers", Check::versions),
            new Check("keys of queues", Check::spoilt),
            new Check("signatures", Check::signatures),
            new Check("queues without workers", Check::unserved),
            new Check("schedules without a scheduler", Check::unscheduled));

    /** Whether it was given what it needs to find anything: that Redis says how it is, or a secret to compare others with. */
    public boolean canTell(Facts facts) {
        return name.equals("signatures") ? !facts.keyring().isNone() : facts.hasInfo() || !NEED_INFO.contains(name);
    }

    private static List<Finding> version(Facts facts) {
        var text = facts.server().version();
        var parts = text.split("\\.", -1);
        var isOld = text.matches("\\d{1,4}\\.\\d{1,4}.*")
                && Integer.parseInt(parts[0]) * 10_000 + Integer.parseInt(parts[1].replaceAll("\\D.*", "")) < 60_002;
        return isOld
                ? one("Redis version", "Redis is version " + text + "; Weirpool needs 6.2 or later", "upgrade Redis")
                : List.of();
    }

    private static List<Finding> eviction(Facts facts) {
        var policy = facts.server().evictionPolicy();
        return policy.isEmpty() || policy.equals("noeviction")
                ? List.of()
                : one(
                        "eviction",
                        "Redis may drop queued tasks when its memory is full: maxmemory-policy is " + policy,
                        "set maxmemory-policy to noeviction");
    }

    private static List<Finding> persistence(Facts facts) {
        var findings = new ArrayList<Finding>();
        var server = facts.server();
        if (server.info().isEmpty()) {
            return List.of();
        }
        if (!server.hasAppendOnlyFile()) {
            findings.add(new Finding(
                    "persistence",
                    "Redis keeps no append-only file: when it ends, tasks that wait are lost",
                    "set appendonly to yes, and appendfsync to everysec or always"));
        } else if (server.appendfsync().filter("no"::equals).isPresent()) {
            findings.add(new Finding(
                    "persistence",
                    "appendfsync is no: when its machine ends, tasks of some 30 s are lost",
                    "set appendfsync to everysec, which loses a second, or always"));
        }
        if ("err".equals(server.info().get("aof_last_write_status"))
                || "err".equals(server.info().get("aof_last_bgrewrite_status"))) {
            findings.add(new Finding(
                    "persistence",
                    "Redis could not write its append-only file",
                    "look for a full or broken disk, and into the log of Redis"));
        }
        return findings;
    }

    private static List<Finding> replicas(Facts facts) {
        var info = facts.server().info();
        if ("slave".equals(info.get("role"))) {
            return one(
                    "replicas",
                    "Redis is the replica of another, and takes no tasks",
                    "name its master, or the sentinels: redis+sentinel://host1,host2/master");
        }
        var isOneOfMany = facts.address().matches("rediss?\\+.*");
        return isOneOfMany && "0".equals(info.get("connected_slaves"))
                ? one(
                        "replicas",
                        "the master has no replica: when it dies nobody takes over",
                        "start a replica, or look why it is not connected: redis-cli INFO replication")
                : List.of();
    }

    private static List<Finding> roundTrip(Facts facts) {
        var trip = facts.server().roundTrip();
        return trip.compareTo(SLOW) <= 0
                ? List.of()
                : one(
                        "round trip",
                        "Redis takes " + Plain.of(trip) + " to answer; a worker needs one round trip for each task",
                        "bring this machine and Redis nearer together, or look what keeps Redis busy: redis-cli SLOWLOG GET");
    }

    private static List<Finding> clocks(Facts facts) {
        var difference = facts.server().clockDifference();
        return difference.abs().compareTo(CLOCK_TOLERANCE) <= 0
                ? List.of()
                : one(
                        "clocks",
                        "the clock of Redis is " + Plain.of(difference.abs())
                                + (difference.isNegative() ? " behind" : " ahead of")
                                + " that of this machine; tasks come due by that of Redis",
                        "have both set by NTP");
    }

    private static List<Finding> redisMemory(Facts facts) {
        var server = facts.server();
        var hasLimit = server.maxMemory() > 0;
        var limit = hasLimit ? server.maxMemory() : server.number("total_system_memory");
        if (limit == 0 || server.usedMemory() < NEARLY_FULL * limit) {
            return List.of();
        }
        return one(
                "memory of Redis",
                "Redis uses " + bytes(server.usedMemory()) + " of the " + bytes(limit)
                        + (hasLimit ? " that maxmemory allows" : " that its machine has")
                        + "; when it is full it takes no more tasks",
                hasLimit
                        ? "raise maxmemory, or have more workers drain the queues"
                        : "set maxmemory, and give it more memory");
    }

    private static List<Finding> workerMemory(Facts facts) {
        return facts.launchers().stream()
                .filter(LauncherState::isKnown)
                .collect(Collectors.groupingBy(LauncherState::host))
                .values()
                .stream()
                .map(Check::hostMemory)
                .flatMap(List::stream)
                .sorted(Comparator.comparing(Finding::what))
                .toList();
    }

    private static List<Finding> hostMemory(List<LauncherState> launchers) {
        var limit =
                launchers.stream().mapToLong(LauncherState::memoryLimit).max().orElse(0);
        var processes = launchers.stream().mapToInt(LauncherState::processes).sum();
        var needed = launchers.stream().mapToLong(Check::mostMemory).sum();
        return limit == 0 || needed <= limit
                ? List.of()
                : one(
                        "memory of workers",
                        "the " + processes + " workers on "
                                + Plain.line(launchers.get(0).host()) + " may take " + bytes(needed) + ", of the "
                                + bytes(limit) + " that there are: some may be killed for want of memory",
                        "start fewer, or limit their heap: --jvm-flag=-Xmx"
                                + Math.max(16, (limit * 3 / 4 / Math.max(1, processes) - BESIDES_HEAP) >> 20) + "m");
    }

    /** So much its workers may occupy in all. */
    private static long mostMemory(LauncherState launcher) {
        var heap = launcher.workers().stream()
                .mapToLong(WorkerState::heapLimit)
                .max()
                .orElse(0);
        return heap == 0 ? 0 : launcher.processes() * (heap + BESIDES_HEAP);
    }

    private static List<Finding> versions(Facts facts) {
        var findings = new ArrayList<Finding>();
        for (var launcher : facts.launchers()) {
            if (!launcher.isKnown()) {
                findings.add(new Finding(
                        "versions of workers",
                        "launcher " + Plain.line(launcher.id())
                                + " says nothing of itself: it hangs, or is of an earlier version",
                        "look at pid " + launcher.pid() + " on " + Plain.line(launcher.host())
                                + ", and start it again"));
            } else if (!launcher.version().isEmpty()
                    && !facts.version().isEmpty()
                    && !launcher.version().equals(facts.version())) {
                findings.add(new Finding(
                        "versions of workers",
                        "launcher " + Plain.line(launcher.id()) + " is version " + Plain.line(launcher.version())
                                + ", this command " + facts.version(),
                        "upgrade workers first, then clients"));
            }
        }
        return findings;
    }

    private static List<Finding> spoilt(Facts facts) {
        return facts.spoilt().stream()
                .map(queue -> new Finding(
                        "keys of queues",
                        Plain.line(queue),
                        "delete or rename those keys, and have nobody else write there"))
                .toList();
    }

    private static List<Finding> signatures(Facts facts) {
        var ours = facts.keyring();
        if (ours.isNone()) {
            return List.of();
        }
        var findings = new ArrayList<Finding>();
        facts.keys().forEach((queue, keys) -> {
            for (var key : keys) {
                if (ours.isUnsigned() && key != UNSIGNED) {
                    findings.add(
                            new Finding(
                                    "signatures",
                                    "tasks of queue " + queue + " are signed, with key " + key
                                            + ", and this process signs nothing: who has signed them will not take its results",
                                    "give it their secret, with WEIRPOOL_SECRET_FILE or --secret-file, in place of WEIRPOOL_UNSIGNED"));
                } else if (!ours.isUnsigned() && key == UNSIGNED) {
                    findings.add(new Finding(
                            "signatures",
                            "tasks of queue " + queue + " are not signed, and nobody who has a secret will run them",
                            "give the secret to whoever sends them, in place of WEIRPOOL_UNSIGNED; if all have it, somebody else"
                                    + " writes to this Redis"));
                } else if (!ours.isUnsigned() && !ours.hasKey(key)) {
                    findings.add(new Finding(
                            "signatures",
                            "tasks of queue " + queue + " are signed with key " + key
                                    + ", which no secret of this process has",
                            "give all processes the same secrets; one that was replaced stays behind the new one until nothing is"
                                    + " left that it has signed"));
                }
            }
        });
        return findings;
    }

    private static List<Finding> unserved(Facts facts) {
        var findings = new ArrayList<Finding>();
        for (var queue : facts.queues()) {
            if (queue.isAbandoned()) {
                findings.add(new Finding(
                        "queues without workers",
                        waiting(queue) + ", and no worker serves it",
                        "start one: weirpool worker --queue " + queue.name() + "; or: weirpool queue purge "
                                + queue.name()));
            } else if (queue.paused() && queue.ready() > 0) {
                findings.add(new Finding(
                        "queues without workers",
                        waiting(queue) + ", and it is paused",
                        "weirpool queue resume " + queue.name()));
            }
        }
        return findings;
    }

    private static List<Finding> unscheduled(Facts facts) {
        return facts.queues().stream()
                .filter(QueueState::lacksScheduler)
                .map(queue -> new Finding(
                        "schedules without a scheduler",
                        "a schedule of queue " + queue.name() + " should have fired at "
                                + Plain.of(queue.nextFire().orElse(null)) + ", and no scheduler has done it",
                        "start one: weirpool scheduler --queue " + queue.name()))
                .toList();
    }

    private static String waiting(QueueState queue) {
        return Plain.of(queue.ready() + queue.delayed())
                + (queue.ready() + queue.delayed() == 1 ? " task waits" : " tasks wait") + " on queue " + queue.name();
    }

    private static String bytes(long count) {
        return Plain.of(new Bytes(count));
    }

    private static List<Finding> one(String check, String what, String remedy) {
        return List.of(new Finding(check, what, remedy));
    }
}
