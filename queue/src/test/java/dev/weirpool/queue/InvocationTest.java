package dev.weirpool.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirpool.queue.codec.AllowList;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which methods a task may be. */
class InvocationTest {
    private static final AllowList OWN = AllowList.ofProgram();
    private static final Object[] NONE = {};

    /** A file that is one of ours; what it inherits is not. */
    static final class OurFile extends File {
        private static final long serialVersionUID = 1;

        OurFile(String path) {
            super(path);
        }
    }

    static final class OurList extends ArrayList<String> {
        private static final long serialVersionUID = 1;
    }

    static final class Untouched {
        static {
            System.setProperty("weirpool.test.touched", "yes");
        }

        private Untouched() {}

        static int run(int number) {
            return number;
        }
    }

    static int twice(int number) {
        return 2 * number;
    }

    private static Task<?> task(Task.Kind kind, String owner, String method, String descriptor, Object... arguments) {
        return new Task<>(kind, owner, method, descriptor, NONE, arguments);
    }

    private static Object call(Task<?> task) throws Exception {
        return Invocation.of(task, OWN).call(() -> {}, thrown -> Failure.of(thrown, "here"));
    }

    @ParameterizedTest
    @CsvSource({
        "java.lang.Runtime, getRuntime, ()Ljava/lang/Runtime;",
        "java.lang.System, exit, (I)V",
        "java.nio.file.Files, delete, (Ljava/nio/file/Path;)V",
        "java.io.File, delete, ()Z",
        "java.lang.ProcessBuilder, start, ()Ljava/lang/Process;",
        "java.lang.invoke.MethodHandles, lookup, ()Ljava/lang/invoke/MethodHandles$Lookup;",
        "java.lang.reflect.Method, invoke, (Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;",
        "org.assertj.core.util.Files, delete, (Ljava/io/File;)V",
        "[Ljava.lang.Object;, clone, ()V",
        "../../etc/passwd, x, ()V"
    })
    void refusesMethodsOfOtherClasses(String owner, String method, String descriptor) {
        for (var kind : List.of(Task.Kind.CALL, Task.Kind.MAP, Task.Kind.STARMAP, Task.Kind.NAMED)) {
            assertThatThrownBy(() -> Invocation.of(task(kind, owner, method, descriptor), OWN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(owner);
        }
    }

    @Test
    void refusesAMethodThatOneOfOursInheritsFromElsewhere() throws Exception {
        assertThatThrownBy(() -> Invocation.of(task(Task.Kind.CALL, OurFile.class.getName(), "delete", "()Z"), OWN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is inherited: java.io.File::delete cannot be called by name");
        assertThat(call(task(Task.Kind.CALL, OurList.class.getName(), "size", "()I", new OurList())))
                .isEqualTo(0);
    }

    @Test
    void loadsNothingThatADescriptorNames() throws Exception {
        var task = task(Task.Kind.CALL, Untouched.class.getName(), "run", "(Lcom/acme/Missing;)I", 1);

        assertThatThrownBy(() -> Invocation.of(task, OWN))
                .hasMessageContaining("has no method run(Lcom/acme/Missing;)I");
        for (var descriptor : List.of("", "(", ")", "()", "(I", "nonsense")) {
            assertThatThrownBy(() ->
                            Invocation.of(task(Task.Kind.CALL, Untouched.class.getName(), "run", descriptor, 1), OWN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has no method run");
        }
        assertThat(System.getProperty("weirpool.test.touched")).isNull();
    }

    @Test
    void findsAMethodWhoseResultHasAnotherTypeSince() throws Exception {
        assertThat(call(task(Task.Kind.CALL, InvocationTest.class.getName(), "twice", "(I)J", 4)))
                .isEqualTo(8);
        assertThat(call(task(Task.Kind.CALL, "java.lang.Integer", "sum", "(II)I", 1, 2)))
                .isEqualTo(3);
        assertThat(call(task(Task.Kind.CALL, "java.util.ArrayList", "new", "()V")))
                .isEqualTo(List.of());
    }

    @Test
    void saysSoBeforeATaskIsSentThatNobodyWouldRun() {
        var codec = new TaskCodec(
                () -> {
                    throw new AssertionError();
                },
                "here");

        assertThatThrownBy(() -> codec.draft(Task.of(System::exit, 0), TaskOptions.DEFAULT, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "java.lang.System::exit cannot be called by name; write a method of your own that calls it");
        assertThat(codec.draft(Task.named("com.acme.Elsewhere::run"), TaskOptions.DEFAULT, false)
                        .name())
                .isEqualTo("com.acme.Elsewhere::run");
    }

    @Test
    void makesNoExceptionOfAClassThatIsNotAllowed() {
        var elsewhere = new Failure("org.assertj.core.internal.Failures", "x", List.of(), null, "there");
        var library = new Failure("org.opentest4j.AssertionFailedError", "x", List.of(), null, "there");
        var ofJava = new Failure("java.io.IOException", "x", List.of(), library, "there");

        assertThat(elsewhere.rebuild(OWN)).isInstanceOf(TaskFailedException.class);
        assertThat(library.rebuild(OWN)).isInstanceOf(TaskFailedException.class);
        assertThat(library.rebuild(AllowList.of(List.of("org.opentest4j"))))
                .hasMessage("x")
                .isInstanceOf(AssertionError.class);
        assertThat(ofJava.rebuild(OWN)).isInstanceOf(java.io.IOException.class);
        assertThat(new Failure("java.lang.Runtime", "x", List.of(), null, "there").rebuild(OWN))
                .isInstanceOf(TaskFailedException.class);
    }
}
