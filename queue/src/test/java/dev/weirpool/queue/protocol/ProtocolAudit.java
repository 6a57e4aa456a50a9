package dev.weirpool.queue.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.queue.redis.RedisConnection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * What must hold of a queue at every instant, whatever is sent, lost, sent again or killed.
 *
 * <p>It reads all of the queue in one script, so that it may be used while others work on it.
 */
public final class ProtocolAudit {

    private ProtocolAudit() {}

    /**
     * Fails, naming each fault, unless every task is in one place only, whoever holds tasks is registered, no task is there
     * that its producer's last sequence does not cover, and every key has an owner or an end.
     *
     * @return where the tasks are
     */
    public static Containers check(RedisConnection redis, String queue) {
        var containers = Containers.read(redis, queue);
        assertThat(faults(containers)).as("faults of queue " + queue).isEmpty();
        return containers;
    }

    static List<String> faults(Containers containers) {
        var faults = new ArrayList<String>();
        var seen = new HashSet<StoredTask.Id>();
        for (var task : containers.everywhere()) {
            if (!seen.add(task.id())) {
                faults.add("task " + task + " is in two places: " + containers);
            }
            var last = containers.producers().get(task.producer());
            if (last != null && task.sequence() > last) {
                faults.add("task " + task + " is there, but of its producer only those up to " + last);
            }
        }
        containers.inflight().forEach((worker, held) -> {
            if (!containers.workers().containsKey(worker)) {
                faults.add("worker " + worker + " holds " + held + " and is not registered");
            }
        });
        faults.addAll(containers.miscounts());
        containers.lasting().forEach(key -> faults.add("key " + key + " has neither an owner nor an end"));
        return faults;
    }
}
