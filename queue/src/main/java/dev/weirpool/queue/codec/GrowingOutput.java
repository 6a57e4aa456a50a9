package dev.weirpool.queue.codec;

import com.esotericsoftware.kryo.io.Output;

/** An output that grows by no more than it must once it is large, so that a large value is not in memory once more than need be. */
final class GrowingOutput extends Output {
    private static final int LARGE = 1 << 20;

    GrowingOutput(int bytes) {
        super(bytes, -1);
    }

    @Override
    protected boolean require(int required) {
        if (capacity < LARGE || capacity - position >= required || maxCapacity - position < required) {
            return super.require(required);
        }
        // by a quarter, so that many small parts are not copied each time
        long grown = Math.max((long) position + required, capacity + (long) capacity / 4);
        capacity = (int) Math.min(grown, maxCapacity);
        byte[] larger = new byte[capacity];
        System.arraycopy(buffer, 0, larger, 0, position);
        buffer = larger;
        return true;
    }
}
