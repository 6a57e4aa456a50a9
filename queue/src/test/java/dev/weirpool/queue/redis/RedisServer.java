package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.RedisOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A Redis server of a test's own, to be killed, frozen and started again on the same port.
 *
 * <p>With the system property {@code weirpool.test.acl} it has the users of {@code deploy/redis/users.acl} and no others; whoever
 * does not say as which of them he comes is the one that may do all of their work.
 */
public final class RedisServer implements AutoCloseable {
    private static final Path USERS = Path.of("../deploy/redis/users.acl");
    private static final String PASSWORD = "of-a-test";

    private final Path directory;
    private final List<String> options;
    private final int port;
    private final Optional<Authority> authority;
    private Process process;

    private RedisServer(Path directory, List<String> options, int port, Optional<Authority> authority) {
        this.directory = directory;
        this.options = options;
        this.port = port;
        this.authority = authority;
    }

    /** @param options further ones, such as {@code --appendonly yes} */
    public static RedisServer start(Path directory, String... options) throws IOException {
        return Boolean.getBoolean("weirpool.test.acl") && !List.of(options).contains("--requirepass")
                ? startWithUsers(directory, options)
                : startAnywhere(directory, Optional.empty(), options);
    }

    /** The same, always with the users of {@code deploy/redis/users.acl}. */
    public static RedisServer startWithUsers(Path directory, String... options) throws IOException {
        var users = Files.readString(USERS).replaceAll("(user weirpool\\S*) off", "$1 on >" + PASSWORD)
                + "user admin on >" + PASSWORD + " ~* &* +@all\n";
        var file = Files.writeString(directory.resolve("users.acl"), users);
        var further = new ArrayList<>(List.of(options));
        further.addAll(List.of("--aclfile", file.toString()));
        return startAnywhere(directory, Optional.empty(), further.toArray(String[]::new));
    }

    /** One that speaks TLS alone, and with those alone to whom {@code authority} has given a certificate. */
    public static RedisServer startEncrypted(Path directory, Authority authority, String... options)
            throws IOException {
        return startAnywhere(directory, Optional.of(authority), options);
    }

    private static RedisServer startAnywhere(Path directory, Optional<Authority> authority, String... options)
            throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = socket.getLocalPort();
            socket.close();
            return startAt(port, directory, authority, options);
        }
    }

    static RedisServer startAt(int port, Path directory, Optional<Authority> authority, String... options)
            throws IOException {
        RedisOptions.embedded().open().close(); // unpacks the server
        var server = new RedisServer(directory, List.of(options), port, authority);
        server.start();
        return server;
    }

    public RedisOptions options() {
        return RedisOptions.of(hasUsers() ? uri("weirpool") : "redis://127.0.0.1:" + port);
    }

    /** As somebody who may everything, for what a test does to it. */
    public RedisOptions unrestricted() {
        return hasUsers() ? RedisOptions.of(uri("admin")) : options();
    }

    /** As one of the users of {@code deploy/redis/users.acl}. */
    public RedisOptions options(String role) {
        return RedisOptions.of(uri("weirpool-" + role));
    }

    /** The address with name and password of {@code user}. */
    public String uri(String user) {
        return "redis://" + user + ":" + PASSWORD + "@127.0.0.1:" + port;
    }

    /** What was refused to whom, since it was started. */
    public List<String> refusals() {
        try (var redis = new ServerConnection(ownUri(), Duration.ofSeconds(2), () -> false)) {
            return ((List<?>) redis.call("ACL", RedisConnection.bytes("LOG")))
                    .stream().map(entry -> refusal((List<?>) entry)).toList();
        }
    }

    private static String refusal(List<?> entry) {
        var said = new ArrayList<String>();
        for (var i = 1; i < entry.size(); i += 2) {
            if (entry.get(i) instanceof byte[] text) {
                said.add(new String(text, UTF_8));
            }
        }
        return String.join(" ", said);
    }

    private boolean hasUsers() {
        return options.contains("--aclfile");
    }

    public int port() {
        return port;
    }

    public void start() throws IOException {
        var command = new ArrayList<>(List.of(binary().toString()));
        if (options.contains("--sentinel")) {
            command.add(directory.resolve("sentinel.conf").toString()); // which it writes to
        } else {
            command.addAll(List.of("--save", ""));
        }
        command.addAll(authority.map(known -> known.serverOptions(port)).orElse(List.of("--port", "" + port)));
        command.addAll(List.of("--bind", "127.0.0.1", "--dir", directory.toString()));
        command.addAll(options);
        process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(Duration.ofSeconds(10)).until(this::accepts);
    }

    /** Also if it is frozen. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Makes it silent: connections stay, nothing is answered. */
    public void freeze() throws Exception {
        signal("STOP");
    }

    public void thaw() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    URI ownUri() {
        if (hasUsers()) {
            return URI.create(uri("admin"));
        }
        var password = options.indexOf("--requirepass") + 1;
        var login = password == 0
                ? ""
                : ":" + URLEncoder.encode(options.get(password), UTF_8).replace("+", "%20") + "@";
        return URI.create(authority
                .map(known ->
                        "rediss://" + login + known.host() + ":" + port + "?" + known.parameters("ca", "cert", "key"))
                .orElse("redis://" + login + "127.0.0.1:" + port));
    }

    private boolean accepts() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** That of the embedded server, or the one that {@code WEIRPOOL_TEST_REDIS} names. */
    private static Path binary() throws IOException {
        var other = System.getenv("WEIRPOOL_TEST_REDIS");
        if (other != null) {
            return Path.of(other);
        }
        try (var files = Files.list(CacheDirectory.path())) {
            return files.filter(file -> file.getFileName().toString().startsWith("redis-server"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Fails if what is in it breaks a rule of the protocol, or would stay for ever. */
    @Override
    public void close() throws Exception {
        try {
            if (process.isAlive()) {
                thaw();
                LeakAudit.checkQueues(ownUri());
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
