package dev.weirpool.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution that the build leaves in {@code target/weirpool}, run as people run it. */
final class DistributionIT {
    private static final Path HOME = Path.of("target/weirpool").toAbsolutePath();
    private static final String LOG_LOADING = "-Xlog:class+load";
    private static final String FROM_THE_ARCHIVE = "dev.weirpool.cli.Main source: shared objects file (top)";

    @TempDir
    private Path elsewhere;

    @Test
    void saysWhatIsInIt() throws Exception {
        var sbom = JsonParser.parseString(Files.readString(HOME.resolve("sbom.json")))
                .getAsJsonObject();
        var listed = new TreeSet<String>();
        for (var each : sbom.getAsJsonArray("components")) {
            var component = each.getAsJsonObject();
            listed.add(component.get("name").getAsString() + "-"
                    + component.get("version").getAsString() + ".jar");
        }
        var itself = sbom.getAsJsonObject("metadata")
                .getAsJsonObject("component")
                .get("name")
                .getAsString();

        try (var files = Files.list(HOME.resolve("lib"))) {
            var jars = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar") && !name.startsWith(itself))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(listed).isEqualTo(jars);
        }
        assertThat(HOME.resolve("SECURITY.md")).exists();
    }

    @Test
    void runsFromAnyDirectoryThroughASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(elsewhere.resolve("wei rpool"), HOME.resolve("bin/weirpool"));

        Ran ran = Ran.of(elsewhere, Map.of(), link.toString(), "--version");
        Files.delete(link);

        assertSaysItsVersionAndNothingElse(ran);
    }

    @Test
    void runsWhereverItIsUnpacked() throws Exception {
        Path unpacked = unpack("with a space");

        Ran ran = Ran.of(elsewhere, Map.of(), unpacked.resolve("bin/weirpool").toString(), "--version");

        assertSaysItsVersionAndNothingElse(ran);
    }

    @Test
    void saysNothingOfAnArchiveThatNoLongerFits() throws Exception {
        Path unpacked = unpack("touched");
        Path weirpool = unpacked.resolve("bin/weirpool");
        Ran.of(elsewhere, Map.of(), unpacked.resolve("bin/make-archive").toString())
                .output();
        Files.setLastModifiedTime(jars(unpacked).get(0), FileTime.from(Instant.EPOCH));

        Ran touched = Ran.of(elsewhere, Map.of(), weirpool.toString(), "--version");
        Path archive = unpacked.resolve("lib/weirpool.jsa");
        Files.delete(archive);
        Files.writeString(archive, "not an archive");
        Ran garbled = Ran.of(elsewhere, Map.of(), weirpool.toString(), "--version");

        assertSaysItsVersionAndNothingElse(touched);
        assertSaysItsVersionAndNothingElse(garbled);
    }

    @Test
    void leavesAnArchiveForTheNextStartOfWorkersAndFewOldOnes() throws Exception {
        assumeNoSpaceInItsPath();
        Path unpacked = unpack("moved");
        Path cache = Files.createDirectories(elsewhere.resolve("cache/weirpool"));
        for (int i = 0; i < 20; i++) {
            Path old = Files.writeString(cache.resolve("worker-" + i + ".jsa"), "old");
            Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH.plusSeconds(i)));
        }
        Path halfMade = Files.writeString(cache.resolve("worker1.part"), "");
        Files.setLastModifiedTime(halfMade, FileTime.from(Instant.EPOCH));

        Ran ran = demo(unpacked, cache);

        assertThat(ran.err()).isEmpty();
        assertThat(archives(cache)).hasSizeBetween(2, 9).doesNotContain(cache.resolve("worker-0.jsa"));
        assertThat(archives(cache).stream().filter(DistributionIT::isReal)).hasSize(1);
        assertThat(halfMade).doesNotExist();
    }

    @Test
    void saysNothingOfAnArchiveOfWorkersThatNoLongerFits() throws Exception {
        assumeNoSpaceInItsPath();
        Path unpacked = unpack("garbled");
        Path cache = Files.createDirectories(elsewhere.resolve("cache/weirpool"));
        demo(unpacked, cache);
        Path archive = archives(cache).get(0);
        byte[] whole = Files.readAllBytes(archive);

        for (byte[] content :
                List.of(new byte[0], "not an archive".getBytes(US_ASCII), Arrays.copyOf(whole, whole.length / 2))) {
            Files.delete(archive);
            Files.write(archive, content);

            Ran ran = demo(unpacked, cache);

            assertThat(ran.err()).isEmpty();
            assertThat(ran.out()).contains("-----end-----");
        }
    }

    private Ran demo(Path home, Path cache) throws Exception {
        Ran ran = Ran.of(
                elsewhere,
                Map.of("XDG_CACHE_HOME", cache.getParent().toString()),
                home.resolve("bin/weirpool").toString(),
                "demo",
                "pool");
        assertThat(ran.exitCode()).isZero();
        return ran;
    }

    private static List<Path> archives(Path cache) throws IOException {
        try (var files = Files.list(cache)) {
            return files.filter(file -> file.getFileName().toString().matches("worker.*"))
                    .toList();
        }
    }

    private static boolean isReal(Path archive) {
        return archive.toFile().length() > 1 << 20;
    }

    @Test
    void startsOnTheArchive() throws Exception {
        assumeNoSpaceInItsPath();
        var options = Map.of("WEIRPOOL_JAVA_OPTS", "-Xshare:on " + LOG_LOADING);

        Ran ran = Ran.of(elsewhere, options, HOME.resolve("bin/weirpool").toString(), "--version");

        assertThat(ran.output()).contains(FROM_THE_ARCHIVE);
    }

    /** As worker processes do, whose class path goes on with the user's jars and directories. */
    @Test
    void startsOnTheArchiveWithMoreClassPathBehindItsOwn() throws Exception {
        assumeNoSpaceInItsPath();
        Files.writeString(elsewhere.resolve("resource"), "a directory with something in it");
        String classPath = jars(HOME).stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator))
                + File.pathSeparator
                + elsewhere;

        Ran ran = Ran.of(
                elsewhere,
                Map.of(),
                java(),
                "-Xshare:on",
                "-XX:SharedArchiveFile=" + HOME.resolve("lib/weirpool.jsa"),
                "-XX:+UseSerialGC",
                LOG_LOADING,
                "-cp",
                classPath,
                "dev.weirpool.cli.Main",
                "--version");

        assertThat(ran.output()).contains(FROM_THE_ARCHIVE);
    }

    @Test
    void listsEveryJarOnceAndThoseOfAWorkerFirst() throws Exception {
        List<String> listed =
                jars(HOME).stream().map(jar -> jar.getFileName().toString()).toList();

        List<String> there;
        try (var files = Files.list(HOME.resolve("lib"))) {
            there = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .toList();
        }

        assertThat(listed).containsExactlyInAnyOrderElementsOf(there);
        assertThat(listed.subList(0, 3).stream().map(name -> name.replaceAll("-[0-9].*", "")))
                .containsExactly("weirpool-queue", "weirpool-worker", "weirpool-pool");
        assertThat(listed).noneMatch(name -> name.matches("(junit|assertj|awaitility|archunit|testcontainers).*"));
    }

    @Test
    void namesTheRemedyWhereThereIsNoJava() throws Exception {
        Ran ran = Ran.of(
                elsewhere,
                Map.of("JAVA_HOME", "/nowhere"),
                HOME.resolve("bin/weirpool").toString(),
                "--version");

        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err()).hasLineCount(1).contains("/nowhere").contains("Java 17 or newer");
    }

    @Test
    void namesTheRemedyWhereJavaIsTooOldWithoutStartingIt() throws Exception {
        Path java = Files.createDirectories(elsewhere.resolve("old/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho started\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(elsewhere.resolve("old/release"), "JAVA_VERSION=\"11.0.2\"\n");

        Ran ran = Ran.of(
                elsewhere,
                Map.of("JAVA_HOME", elsewhere.resolve("old").toString()),
                HOME.resolve("bin/weirpool").toString(),
                "--version");

        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).hasLineCount(1).contains("11.0.2").contains("Java 17 or newer");
    }

    private static void assertSaysItsVersionAndNothingElse(Ran ran) {
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).matches("weirpool [0-9.]+\\R");
        assertThat(ran.exitCode()).isZero();
    }

    private Path unpack(String name) throws Exception {
        Path into = Files.createDirectories(elsewhere.resolve(name));
        try (var packed = Files.newDirectoryStream(HOME.getParent(), "weirpool-*.tar.gz")) {
            Ran.of(into, Map.of(), "tar", "xzf", packed.iterator().next().toString())
                    .output();
        }
        try (var unpacked = Files.list(into)) {
            return unpacked.findFirst().orElseThrow();
        }
    }

    private static List<Path> jars(Path home) throws IOException {
        Path lib = home.resolve("lib");
        return Files.readAllLines(lib.resolve("classpath")).stream()
                .map(lib::resolve)
                .toList();
    }

    /** The one that the archive was made with: the launcher's choice. */
    private static String java() {
        String home = System.getenv("JAVA_HOME");
        return home == null || home.isEmpty()
                ? "java"
                : Path.of(home, "bin", "java").toString();
    }

    private static void assumeNoSpaceInItsPath() {
        assumeFalse(HOME.toString().contains(" "), "Java 17 archives no classes of a jar whose path has a space");
    }
}
