package dev.weirpool.cli.doctor;

import dev.weirpool.queue.inspect.LauncherState;
import dev.weirpool.queue.inspect.OperatedQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.QueueState;
import dev.weirpool.queue.inspect.ServerState;
import dev.weirpool.queue.inspect.TaskState;
import dev.weirpool.queue.inspect.TaskSummary;
import dev.weirpool.queue.signing.Keyring;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the checks look at.
 *
 * @param address of Redis, without user and password
 * @param spoilt why queues are left out
 * @param keys of each queue the ids of the keys with which some of its tasks say they are signed, 0 for those that are not
 * @param keyring of this process
 * @param version of this command; empty if it does not know
 */
public record Facts(
        String address,
        ServerState server,
        List<QueueState> queues,
        List<LauncherState> launchers,
        List<String> spoilt,
        Map<String, SortedSet<Integer>> keys,
        Keyring keyring,
        String version) {

    /** So many tasks are looked at from either end of what waits, what runs and what was given up. */
    private static final int LOOKED_AT = 10;

    /** A queue that nobody but one pool uses, whose secret may be its own. */
    private static final String POOLS_OWN = "pool-[0-9a-f-]{36}";

    public Facts {
        queues = List.copyOf(queues);
        launchers = List.copyOf(launchers);
        spoilt = List.copyOf(spoilt);
    }

    /** Looks at all that there is. */
    public static Facts of(Operator operator, String version) {
        var spoilt = new ArrayList<String>();
        var queues = operator.queues(spoilt::add);
        return new Facts(
                operator.toString(),
                operator.server(),
                queues,
                queues.stream()
                        .filter(queue -> queue.workers() > 0)
                        .flatMap(queue -> operator.queue(queue.name()).launchers().stream())
                        .toList(),
                spoilt,
                queues.stream()
                        .filter(queue -> !queue.name().matches(POOLS_OWN))
                        .collect(Collectors.toMap(
                                QueueState::name,
                                queue -> keys(operator.queue(queue.name())),
                                (one, other) -> one,
                                TreeMap::new)),
                operator.keyring(),
                version);
    }

    private static SortedSet<Integer> keys(OperatedQueue queue) {
        return Arrays.stream(TaskState.values())
                .flatMap(state -> Stream.of(false, true)
                        .flatMap(backwards -> queue.tasks(state, backwards, "", LOOKED_AT).tasks().stream()))
                .map(TaskSummary::keyId)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether Redis says how it is. */
    boolean hasInfo() {
        return !server.info().isEmpty();
    }
}
