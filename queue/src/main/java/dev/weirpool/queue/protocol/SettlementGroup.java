package dev.weirpool.queue.protocol;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Settlements that follow one another and come to the same, so that a step carries them out as one: tasks that are done and whose
 * results go to the same client, or a single one of another kind.
 */
final class SettlementGroup {

    private static final byte[] NOTHING = {};

    private final List<Settlement> settlements = new ArrayList<>();

    private SettlementGroup(Settlement first) {
        settlements.add(first);
    }

    static List<SettlementGroup> of(List<Settlement> settlements) {
        var groups = new ArrayList<SettlementGroup>();
        for (var settlement : settlements) {
            var last = groups.isEmpty() ? null : groups.get(groups.size() - 1);
            if (last != null && last.takes(settlement)) {
                last.settlements.add(settlement);
            } else {
                groups.add(new SettlementGroup(settlement));
            }
        }
        return groups;
    }

    private boolean takes(Settlement settlement) {
        return settlement instanceof Settlement.Complete
                && first() instanceof Settlement.Complete
                && settlement.task().size() >= Envelope.MIN_BYTES
                && first().task().size() >= Envelope.MIN_BYTES
                && settlement.task().awaitsResult() == first().task().awaitsResult()
                && settlement.task().producer() == first().task().producer();
    }

    Settlement first() {
        return settlements.get(0);
    }

    int count() {
        return settlements.size();
    }

    /** The fences of all, one behind the other. */
    byte[] fences() {
        if (settlements.size() == 1) {
            return first().task().fence();
        }
        var fences = ByteBuffer.allocate(settlements.size() * Envelope.FENCE_BYTES);
        settlements.forEach(settlement -> fences.put(settlement.task().raw(), 1, Envelope.FENCE_BYTES));
        return fences.array();
    }

    String kind() {
        return first() instanceof Settlement.Complete ? "C" : first() instanceof Settlement.Retry ? "R" : "X";
    }

    /** How long one that is tried again has to wait. */
    Duration delay() {
        return first() instanceof Settlement.Retry retry ? retry.delay() : Duration.ZERO;
    }

    /** Whether a client awaits the results. */
    boolean hasResults() {
        return !(first() instanceof Settlement.Retry) && first().task().awaitsResult();
    }

    /** The results as they travel, signed together. */
    byte[] results(ResultPack pack) {
        if (!hasResults()) {
            return NOTHING;
        }
        var size = settlements.stream()
                .mapToInt(settlement -> ResultPack.OVERHEAD + result(settlement).length)
                .sum();
        var all = ByteBuffer.allocate(size);
        for (var settlement : settlements) {
            ResultPack.put(all, settlement.task().raw(), 4, result(settlement));
        }
        return pack.seal(first().task().producer(), all.array());
    }

    private static byte[] result(Settlement settlement) {
        return settlement instanceof Settlement.Complete complete
                ? complete.result()
                : settlement instanceof Settlement.Bury bury ? bury.result() : NOTHING;
    }
}
