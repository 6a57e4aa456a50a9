package dev.weirpool.worker;

import java.util.LinkedHashMap;
import java.util.Map;

/** The two streams that a worker prints on. */
final class Console {

    private final RecentOutput out = RecentOutput.ofStandardOutput();
    private final RecentOutput err = RecentOutput.ofStandardError();

    /** An attempt begins: what is printed from now on belongs to it. */
    Mark mark() {
        return new Mark(out.position(), err.position());
    }

    /** The beginning of an attempt. */
    final class Mark {

        private final long outPosition;
        private final long errPosition;

        private Mark(long outPosition, long errPosition) {
            this.outPosition = outPosition;
            this.errPosition = errPosition;
        }

        /** The last lines that were printed since, as details of a {@link dev.weirpool.queue.Attempt}. */
        Map<String, String> details() {
            var details = new LinkedHashMap<String, String>();
            details.put("stdout", out.since(outPosition));
            details.put("stderr", err.since(errPosition));
            details.values().removeIf(String::isEmpty);
            return details;
        }
    }
}
