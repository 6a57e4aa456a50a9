package dev.weirpool.queue.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which classes bytes may name. */
class AllowListTest {
    private static final ClassLoader LOADER = AllowListTest.class.getClassLoader();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "com.acme., com.acme.Order, true",
        "com.acme, com.acme.Order, true",
        "com.acme.*, com.acme.model.Order, true",
        "com.acme.Order, com.acme.Order, true",
        "com.acme.Order, com.acme.Order$Line, true",
        "com.acme.Order, com.acme.Orders, false",
        "com.acme., com.acmeevil.Order, false",
        "com.acme., com.acme, true",
        "com.acme., java.lang.Runtime, false",
        "com.acme., org.apache.commons.beanutils.BeanComparator, false"
    })
    void allowsPackagesAndClasses(String entry, String name, boolean allowed) {
        assertThat(AllowList.of(List.of(entry)).allows(name, LOADER)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "*", "com acme", "com..acme", "java.", "java.lang.Runtime", "jdk", "sun.misc", "[I"})
    void refusesWhatNobodyMayAllow(String entry) {
        assertThatThrownBy(() -> AllowList.of(List.of(entry)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot allow '" + entry + "'");
    }

    @Test
    void takesClassFilesInDirectoriesForOnesOwnAndJarsForLibraries() {
        var own = AllowList.ofProgram();

        assertThat(own.allows(AllowListTest.class.getName(), LOADER)).isTrue();
        assertThat(own.allows(AbstractAssert.class.getName(), LOADER)).isFalse();
        assertThat(own.allows("org.xml.sax.InputSource", LOADER)).isFalse();
        assertThat(own.allows("com.acme.NoSuchClass", LOADER)).isFalse();
    }

    @Test
    void allowsAJarThatIsNamed() throws Exception {
        var jar = Path.of(AbstractAssert.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());

        var allowed = AllowList.of(List.of(jar.toString()));

        assertThat(allowed.allows(AbstractAssert.class.getName(), LOADER)).isTrue();
        assertThat(allowed.allows(AllowListTest.class.getName(), LOADER)).isFalse();
    }

    @Test
    void takesJarsOfAClassPathForOnesOwnIfTheyAreNamed() throws IOException {
        var app = Files.createFile(directory.resolve("app.jar")).toString();
        var library = Files.createFile(
                        Files.createDirectory(directory.resolve("lib")).resolve("beanutils.jar"))
                .toString();
        var wildcard = directory.resolve("lib") + "/*";

        assertThat(AllowList.entriesFor(app)).containsExactly(AllowList.DIRECTORIES, app);
        assertThat(AllowList.entriesFor(app + File.pathSeparator + wildcard))
                .containsExactly(AllowList.DIRECTORIES, app);
        assertThat(AllowList.entriesFor(wildcard)).containsExactly(AllowList.DIRECTORIES, library);
        assertThat(AllowList.entriesFor(directory.toString())).containsExactly(AllowList.DIRECTORIES);
        assertThat(AllowList.entriesFor("")).containsExactly(AllowList.DIRECTORIES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.Runtime::exec",
                "java.lang.Runtime::getRuntime",
                "java.lang.System::exit",
                "java.lang.System::load",
                "java.lang.System::getenv",
                "java.lang.System::setProperty",
                "java.lang.ProcessBuilder::start",
                "java.lang.ProcessBuilder::new",
                "java.lang.Class::forName",
                "java.lang.ClassLoader::getSystemClassLoader",
                "java.lang.Thread::new",
                "java.lang.Integer::getInteger",
                "java.lang.invoke.MethodHandle::invokeWithArguments",
                "java.lang.reflect.Method::invoke",
                "java.lang.reflect.Array::newInstance",
                "java.nio.file.Files::delete",
                "java.nio.file.Files::readString",
                "java.nio.file.Path::toRealPath",
                "java.io.File::delete",
                "java.io.FileOutputStream::new",
                "java.net.URI::toURL",
                "java.net.InetAddress::getByName",
                "java.util.ServiceLoader::load",
                "java.util.Scanner::new",
                "java.util.logging.FileHandler::new",
                "javax.script.ScriptEngineManager::new",
                "javax.naming.InitialContext::doLookup",
                "sun.misc.Unsafe::getUnsafe",
                "jdk.internal.misc.Unsafe::getUnsafe",
                "com.sun.rowset.JdbcRowSetImpl::execute",
                "org.assertj.core.util.Files::delete",
                "dev.weirpool.nowhere.Tasks::run"
            })
    void letsNobodyCallWhatReachesOutOfTheProgram(String method) {
        var parts = method.split("::");

        assertThat(AllowList.ofProgram().allowsCall(parts[0], parts[1], LOADER)).isFalse();
        assertThat(AllowList.ofProgram().callRefusal(parts[0], parts[1])).contains(method);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.Integer::sum",
                "java.lang.String::toUpperCase",
                "java.lang.Math::sqrt",
                "java.lang.Thread::sleep",
                "java.lang.System::nanoTime",
                "java.util.ArrayList::new",
                "java.util.List::of",
                "java.util.Map$Entry::getKey",
                "java.util.function.Function::apply",
                "java.util.concurrent.Callable::call",
                "java.time.Duration::ofSeconds",
                "java.math.BigInteger::pow",
                "dev.weirpool.queue.codec.AllowListTest::anything"
            })
    void letsTasksCallWhatOnlyComputes(String method) {
        var parts = method.split("::");

        assertThat(AllowList.ofProgram().allowsCall(parts[0], parts[1], LOADER)).isTrue();
    }

    @Test
    void saysWhereAClassIsThatMayNotTravelAndWhatToDo() {
        assertThatThrownBy(() -> new Codec().encode(new Object[] {new org.assertj.core.data.Index[1]}))
                .isInstanceOf(EncodingException.class)
                .hasMessageContaining("org.assertj.core.data.Index")
                .hasMessageContaining("assertj-core-")
                .hasMessageContaining("PoolOptions.withAllow, --allow or WEIRPOOL_ALLOW");
    }
}
