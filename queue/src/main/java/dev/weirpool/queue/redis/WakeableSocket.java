package dev.weirpool.queue.redis;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.BooleanSupplier;

/**
 * A socket whose user does not wait for longer than the timeout, neither for a reply nor until what it writes is taken, and gives
 * up a fifth of a second after it was interrupted.
 *
 * <p>A plain socket knows no timeout for writing, and no interrupts. A reply that comes within that time is read all the same, so
 * that a thread that is interrupted can still talk to a server that answers. Used by one thread at a time.
 */
final class WakeableSocket extends Socket {

    private static final int SLICE_MILLIS = 200;

    /** So much goes into the buffers of the kernel at once. */
    private static final int FREE_BYTES = 1 << 14;

    /** Jedis reads and writes by 8 KiB, each a call of the system and most of what a batch of tasks costs. */
    private static final int BUFFER_BYTES = 1 << 16;

    private final BooleanSupplier givesUp;
    private volatile int timeoutMillis;
    private volatile int uninterruptedMillis;
    private int unread; // bytes written since the last reply

    /** @param givesUp another reason to stop waiting */
    WakeableSocket(BooleanSupplier givesUp) {
        this.givesUp = givesUp;
    }

    @Override
    public synchronized void setSoTimeout(int millis) throws SocketException {
        timeoutMillis = millis;
        super.setSoTimeout(Math.min(millis, SLICE_MILLIS));
    }

    @Override
    public synchronized int getSoTimeout() {
        return timeoutMillis;
    }

    /** For so long an interrupt does not end the wait for a reply: one that is sure to come in that time is not to be thrown away. */
    void deferInterrupts(int millis) {
        uninterruptedMillis = millis;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new BufferedInputStream(new Replies(super.getInputStream()), BUFFER_BYTES);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new BufferedOutputStream(new Requests(super.getOutputStream()), BUFFER_BYTES);
    }

    private boolean hasRunOut(long since) {
        return hasPassed(since, timeoutMillis);
    }

    private static boolean hasPassed(long since, int millis) {
        return System.nanoTime() - since >= MILLISECONDS.toNanos(millis);
    }

    private final class Replies extends FilterInputStream {

        Replies(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            unread = 0;
            var since = System.nanoTime();
            while (true) {
                try {
                    return in.read(target, offset, length);
                } catch (SocketTimeoutException e) {
                    if (hasRunOut(since)) {
                        throw e;
                    }
                    var interrupted = Thread.currentThread().isInterrupted() && hasPassed(since, uninterruptedMillis);
                    if (interrupted || givesUp.getAsBoolean()) {
                        throw (IOException) new InterruptedIOException("interrupted").initCause(e);
                    }
                }
            }
        }
    }

    private final class Requests extends FilterOutputStream {

        Requests(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            unread += length;
            if (unread <= FREE_BYTES) {
                out.write(source, offset, length);
                return;
            }
            var writer = Thread.currentThread();
            var since = System.nanoTime();
            var guard = Guard.THREAD.scheduleWithFixedDelay(
                    () -> {
                        if (hasRunOut(since) || writer.isInterrupted() || givesUp.getAsBoolean()) {
                            closeQuietly();
                        }
                    },
                    SLICE_MILLIS,
                    SLICE_MILLIS,
                    MILLISECONDS);
            try {
                out.write(source, offset, length);
            } finally {
                guard.cancel(false);
            }
        }
    }

    void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            // it is gone already, which is what was wanted
        }
    }

    /** The thread that ends writes which take too long; there is none until something large is written. */
    private static final class Guard {

        static final ScheduledThreadPoolExecutor THREAD = new ScheduledThreadPoolExecutor(1, body -> {
            var thread = new Thread(body, "weirpool-write-guard");
            thread.setDaemon(true);
            return thread;
        });

        static {
            THREAD.setRemoveOnCancelPolicy(true);
        }
    }
}
