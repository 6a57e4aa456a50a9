package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot travel is refused by the writer, naming the place, the type and the remedy. */
class RefusalTest {
    private final Codec codec = new Codec();

    private static final class Report {
        final @Nullable Object owner;
        final transient Thread worker = new Thread();

        Report(@Nullable Object owner) {
            this.owner = owner;
        }
    }

    private record Envelope(Report report) {}

    private static final class MyThread extends Thread {}

    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static final class Tricky implements Serializable {
        private static final long serialVersionUID = 1;
        private final transient List<String> content = new ArrayList<>();

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.writeObject(content.toArray());
        }
    }

    private static final class Sized extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Sized(int size) {
            super(size);
        }
    }

    static Stream<Arguments> refused() throws IOException {
        return Stream.of(
                Arguments.of(new Thread(), "java.lang.Thread"),
                Arguments.of(new ByteArrayInputStream(new byte[0]), "java.io.ByteArrayInputStream"),
                Arguments.of(new Socket(), "java.net.Socket"),
                Arguments.of(new ReentrantLock(), "java.util.concurrent.locks.ReentrantLock"),
                Arguments.of(ClassLoader.getSystemClassLoader(), "ClassLoader"),
                Arguments.of(ForkJoinPool.commonPool(), "java.util.concurrent.ForkJoinPool"),
                Arguments.of(new CompletableFuture<>(), "java.util.concurrent.CompletableFuture"),
                Arguments.of(ThreadLocal.withInitial(() -> 1), "java.lang.ThreadLocal"),
                Arguments.of(new Random(), "java.util.Random"),
                Arguments.of(new WeakHashMap<>(), "java.util.WeakHashMap"),
                Arguments.of(new ArrayBlockingQueue<>(1), "java.util.concurrent.ArrayBlockingQueue"),
                Arguments.of(ByteBuffer.allocate(1), "java.nio.HeapByteBuffer"),
                Arguments.of(String.class, "java.lang.Class"),
                Arguments.of(URI.create("http://localhost/").toURL(), "java.net.URL"),
                Arguments.of(InetAddress.getLoopbackAddress(), "java.net.Inet4Address"),
                Arguments.of(new IllegalStateException(), "java.lang.IllegalStateException"),
                Arguments.of(new Failed(), "RefusalTest$Failed"),
                Arguments.of(new MyThread(), "RefusalTest$MyThread"),
                Arguments.of(new Tricky(), "RefusalTest$Tricky"),
                Arguments.of(new Sized(3), "RefusalTest$Sized"),
                Arguments.of((Runnable) () -> {}, "RefusalTest$$Lambda"),
                Arguments.of(Comparator.comparing(String::length), "java.util.Comparator$$Lambda"),
                Arguments.of(proxy(), "$Proxy"),
                Arguments.of(Thread.State.NEW, "java.lang.Thread$State"),
                Arguments.of(new Thread[0], "java.lang.Thread"),
                Arguments.of(new Class<?>[0], "java.lang.Class"));
    }

    private static Object proxy() {
        return Proxy.newProxyInstance(
                RefusalTest.class.getClassLoader(), new Class<?>[] {Runnable.class}, (it, method, arguments) -> null);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("refused")
    void refusesWhatMeansNothingElsewhere(Object value, String type) {
        EncodingException refused = refusal(new Object[] {1, value});

        assertThat(refused.path()).isEqualTo("[1]");
        assertThat(refused.type()).contains(type);
        assertThat(refused.getMessage())
                .startsWith("[1] holds a")
                .contains(type)
                .contains("; ");
    }

    @Test
    void namesTheFieldAndTheWayToIt() {
        EncodingException refused = refusal(new Object[] {"a", new Envelope(new Report(new Thread()))});

        assertThat(refused.path()).isEqualTo("[1].report.owner");
        assertThat(refused.type()).isEqualTo("java.lang.Thread");
        assertThat(refused)
                .hasMessage("dev.weirpool.queue.codec.RefusalTest$Report.owner holds a java.lang.Thread, which cannot"
                        + " travel; make the field transient, or pass data to build it from");
    }

    @Test
    void namesElementsKeysAndEntriesOnTheWay() {
        Report report = new Report(new ArrayList<>(List.of(1, Map.of("x", new Thread()))));

        assertThat(refusal(report).path()).isEqualTo("owner[1][x]");
        assertThat(refusal(report))
                .hasMessageStartingWith(
                        "dev.weirpool.queue.codec.RefusalTest$Report.owner[1][x] holds a java.lang.Thread");
        assertThat(refusal(new HashMap<>(Map.of(new Thread(), 1))).path()).isEqualTo("[key java.lang.Thread]");
        assertThat(refusal(new TreeMap<>(Comparator.comparing(String::length))).path())
                .isEqualTo(".comparator".substring(1));
        assertThat(refusal(new Object[][] {{}, {new Thread()}}).path()).isEqualTo("[1][0]");
    }

    @Test
    void namesTheValueItself() {
        EncodingException refused = refusal(new Thread());

        assertThat(refused.path()).isEmpty();
        assertThat(refused).hasMessage("a java.lang.Thread cannot travel; pass data to build it from");
    }

    @Test
    void saysWhatToDoInstead() throws IOException {
        assertThat(refusal(String.class)).hasMessageContaining("pass the name of the class");
        assertThat(refusal(new File("/").toURI().toURL())).hasMessageContaining("java.net.URI");
        assertThat(refusal(InetAddress.getLoopbackAddress())).hasMessageContaining("host name");
        assertThat(refusal((Runnable) () -> {}))
                .hasMessageContaining("not Serializable")
                .hasMessageContaining("cast it");
        assertThat(refusal(new MyThread())).hasMessageContaining("extends java.lang.Thread");
        assertThat(refusal(new Sized(1))).hasMessageContaining("plain java.util.ArrayList");
    }

    @Test
    void leavesTransientFieldsBehind() {
        Report arrived = (Report) codec.decode(codec.encode(new Report("me")));

        assertThat(arrived.owner).isEqualTo("me");
        assertThat(arrived.worker).isNull();
    }

    @Test
    void worksAfterARefusal() {
        for (int i = 0; i < 3; i++) {
            refusal(new Object[] {List.of("x"), new Thread()});

            assertThat(codec.decode(codec.encode(List.of("y")))).isEqualTo(List.of("y"));
        }
    }

    private EncodingException refusal(Object value) {
        return catchThrowableOfType(EncodingException.class, () -> codec.encode(value));
    }
}
