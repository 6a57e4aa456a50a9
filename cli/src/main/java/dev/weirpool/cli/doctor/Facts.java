package dev.weirpool.cli.doctor;

import dev.weirpool.queue.inspect.LauncherState;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.QueueState;
import dev.weirpool.queue.inspect.ServerState;
import java.util.ArrayList;
import java.util.List;

/**
 * What the checks look at.
 *
 * @param address of Redis, without user and password
 * @param spoilt why queues are left out
 * @param version of this command; empty if it does not know
 */
public record Facts(
        String address,
        ServerState server,
        List<QueueState> queues,
        List<LauncherState> launchers,
        List<String> spoilt,
        String version) {

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
                version);
    }
}
