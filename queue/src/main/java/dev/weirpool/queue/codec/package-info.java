/**
 * Values as bytes: what a task's arguments, results and queue items look like in Redis.
 *
 * <p>{@link dev.weirpool.queue.codec.Codec} is the door. Behind it an {@code Encoder} and a {@code Decoder} walk the
 * graph of objects, a {@code Form} per type writes and reads the content, {@code Forms} finds the form for a class, and
 * {@code Tag} is the registry of fixed numbers. Start reading with {@code Tag} (what the bytes look like), then
 * {@code Encoder}.
 *
 * <p>Kryo's {@code Output} and {@code Input} lay out the primitives. Its object graph is not used: constructing one
 * {@code Kryo} loads some 110 classes (26 ms in a fresh JVM, against 2 ms for the two streams), which every worker
 * process would pay before its first task, and it makes JDK 24 and later warn about {@code sun.misc.Unsafe}.
 */
@NullMarked
package dev.weirpool.queue.codec;

import org.jspecify.annotations.NullMarked;
