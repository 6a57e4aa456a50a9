package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One connection to Redis, used by one thread at a time.
 *
 * <p>After any exception the connection is closed for good, because a late reply could otherwise be taken for the
 * answer to the next command. {@link #abort()} may be called by any thread and wakes a caller that waits for a reply.
 */
public final class RedisConnection implements AutoCloseable {

    /** Errors that pass: the same command may be sent again after a while. */
    private static final Set<String> PASSING = Set.of(
            "LOADING",
            "READONLY",
            "UNBLOCKED",
            "CLUSTERDOWN",
            "TRYAGAIN",
            "MASTERDOWN",
            "BUSY",
            "NOREPLICAS",
            "MISCONF");

    /** Redis ends a wait at the next tenth of a second, and then has to say so. */
    private static final int END_OF_WAIT_MILLIS = 150;

    private final String server;
    private final @Nullable SSLSocketFactory encryption;
    private final WakeableSocket socket;
    private final Wire jedis;
    private final int readTimeoutMillis;

    /** @param givesUp a reason not to wait for replies any longer */
    RedisConnection(URI uri, Duration timeout, BooleanSupplier givesUp) {
        this.server = RedisUri.host(uri) + ":" + RedisUri.port(uri);
        this.readTimeoutMillis = Math.toIntExact(timeout.toMillis());
        this.encryption = uri.getScheme().equals("rediss") ? Certificates.socketFactory(uri) : null;
        try {
            this.socket = connect(uri, readTimeoutMillis, givesUp);
        } catch (IOException e) {
            throw unavailable(e);
        }
        try {
            this.jedis = new Wire(() -> stream(uri), config(uri, readTimeoutMillis));
        } catch (JedisException e) {
            socket.closeQuietly();
            throw translate(e);
        }
    }

    /** Tries all addresses of the host. */
    private static WakeableSocket connect(URI uri, int timeoutMillis, BooleanSupplier givesUp) throws IOException {
        var failure = new IOException("no address of " + RedisUri.host(uri) + " can be connected to");
        for (var address : InetAddress.getAllByName(RedisUri.host(uri))) {
            var socket = new WakeableSocket(givesUp);
            try {
                socket.setTcpNoDelay(true);
                socket.setKeepAlive(true);
                socket.setSoLinger(true, 0);
                socket.connect(new InetSocketAddress(address, RedisUri.port(uri)), timeoutMillis);
                socket.setSoTimeout(timeoutMillis);
                return socket;
            } catch (IOException e) {
                socket.closeQuietly();
                failure = e;
            }
        }
        throw failure;
    }

    /** The socket itself, or what encrypts it. */
    private Socket stream(URI uri) {
        try {
            return encryption == null ? socket : encrypted(uri, encryption);
        } catch (IOException e) {
            throw new JedisConnectionException("cannot encrypt the connection", e);
        }
    }

    private Socket encrypted(URI uri, SSLSocketFactory factory) throws IOException {
        var encrypted = (SSLSocket) factory.createSocket(socket, RedisUri.host(uri), RedisUri.port(uri), true);
        var parameters = encrypted.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the certificate must be that host's
        encrypted.setSSLParameters(parameters);
        return encrypted;
    }

    /** Sends one command and returns its reply: {@code byte[]}, {@code Long}, {@code List} or null. */
    public @Nullable Object call(String command, byte[]... arguments) {
        return exchange(Command.valueOf(command), arguments);
    }

    /** The same for a command that this user may be denied, or the server may not have: nothing then, and the connection goes on. */
    public Optional<Object> callIfAllowed(String command, byte[]... arguments) {
        try {
            jedis.sendCommand(Command.valueOf(command), arguments);
            return Optional.ofNullable(jedis.getOne());
        } catch (JedisDataException e) {
            if (!"NOPERM".equals(code(e)) && !"ERR".equals(code(e))) {
                throw failed(e);
            }
            return Optional.empty();
        } catch (JedisException e) {
            throw failed(e);
        }
    }

    /**
     * Sends a command that waits inside Redis for up to {@code block}; the read limit is extended by as much.
     * The command's own timeout argument must be {@code block}.
     */
    public @Nullable Object callBlocking(Duration block, String command, byte[]... arguments) {
        setReadTimeout(readTimeoutMillis + Math.toIntExact(block.toMillis()));
        var reply = exchange(Command.valueOf(command), arguments);
        setReadTimeout(readTimeoutMillis);
        return reply;
    }

    /** Runs {@code script}; the first {@code keys} of {@code keysAndArguments} are its keys. */
    public @Nullable Object run(Script script, int keys, List<byte[]> keysAndArguments) {
        if (script.isUsedOften()) {
            try {
                return evaluate(script, Command.EVALSHA, script.sha1(), keys, keysAndArguments);
            } catch (JedisDataException e) {
                if (!"NOSCRIPT".equals(code(e))) {
                    throw failed(e);
                }
                // a server that was restarted or failed over has an empty script cache
            } catch (JedisException e) {
                throw failed(e);
            }
        }
        return runWhole(script, keys, keysAndArguments);
    }

    private @Nullable Object runWhole(Script script, int keys, List<byte[]> keysAndArguments) {
        try {
            return evaluate(script, Command.EVAL, script.text(), keys, keysAndArguments);
        } catch (JedisException e) {
            throw failed(e);
        }
    }

    /**
     * Sends what {@link #run} would and returns at once; the reply is what the one who is returned reads, in any thread, before anything
     * else is asked on this connection.
     */
    public Supplier<@Nullable Object> begin(Script script, int keys, List<byte[]> keysAndArguments) {
        var isUsedOften = script.isUsedOften();
        try {
            if (isUsedOften) {
                send(script, Command.EVALSHA, script.sha1(), keys, keysAndArguments);
            } else {
                send(script, Command.EVAL, script.text(), keys, keysAndArguments);
            }
            jedis.flush();
        } catch (JedisException e) {
            throw failed(e);
        }
        return () -> {
            try {
                return receive(script);
            } catch (JedisDataException e) {
                if (!"NOSCRIPT".equals(code(e))) {
                    throw failed(e);
                }
                return runWhole(script, keys, keysAndArguments);
            } catch (JedisException e) {
                throw failed(e);
            }
        };
    }

    /**
     * Waits inside Redis for a token in the list {@code bell}, for up to {@code block}, then runs {@code script} as {@link #run} does,
     * whether there was one or not. Both travel together, so that the script runs the moment there is a token. An interrupt ends this
     * only when the reply is overdue, because what the script has done would be lost with it; {@link #abort} ends it at once.
     */
    public @Nullable Object runAtBell(
            byte[] bell, Duration block, Script script, int keys, List<byte[]> keysAndArguments) {
        var blockMillis = Math.toIntExact(block.toMillis());
        setReadTimeout(readTimeoutMillis + blockMillis);
        socket.deferInterrupts(blockMillis + END_OF_WAIT_MILLIS);
        try {
            CrashPoint.before(Command.BLPOP);
            jedis.sendCommand(Command.BLPOP, bell, bytes(Double.toString(block.toMillis() / 1000.0)));
            send(script, Command.EVALSHA, script.sha1(), keys, keysAndArguments);
            jedis.getOne();
            CrashPoint.after(Command.BLPOP);
            var reply = receive(script);
            setReadTimeout(readTimeoutMillis);
            return reply;
        } catch (JedisDataException e) {
            if (!"NOSCRIPT".equals(code(e))) {
                throw failed(e);
            }
        } catch (JedisException e) {
            throw failed(e);
        } finally {
            socket.deferInterrupts(0);
        }
        setReadTimeout(readTimeoutMillis);
        return run(script, keys, keysAndArguments);
    }

    /** Ends the connection from any thread; a caller waiting for a reply gets a {@link RedisUnavailableException}. */
    public void abort() {
        jedis.setBroken();
        socket.closeQuietly(); // not the one around it, which would say goodbye first
    }

    @Override
    public void close() {
        try {
            jedis.disconnect();
        } catch (JedisException e) {
            abort();
        }
    }

    private void setReadTimeout(int millis) {
        try {
            jedis.setSoTimeout(millis);
        } catch (JedisException e) { // aborted meanwhile
            throw failed(e);
        }
    }

    boolean isUsable() {
        return jedis.isConnected() && !jedis.isBroken();
    }

    private @Nullable Object exchange(Command command, byte[]... arguments) {
        try {
            CrashPoint.before(command);
            jedis.sendCommand(command, arguments);
            var reply = jedis.getOne();
            CrashPoint.after(command);
            return reply;
        } catch (JedisException e) {
            throw failed(e);
        }
    }

    private @Nullable Object evaluate(
            Script script, Command command, byte[] body, int keys, List<byte[]> keysAndArguments) {
        send(script, command, body, keys, keysAndArguments);
        return receive(script);
    }

    private void send(Script script, Command command, byte[] body, int keys, List<byte[]> keysAndArguments) {
        var arguments = new CommandArguments(command).add(body).add(keys);
        for (var each : keysAndArguments) {
            arguments.add(each);
        }
        CrashPoint.before(script);
        jedis.sendCommand(arguments);
    }

    private @Nullable Object receive(Script script) {
        var reply = jedis.getOne();
        CrashPoint.after(script);
        return reply;
    }

    private RuntimeException failed(JedisException e) {
        abort();
        return translate(e);
    }

    private RuntimeException translate(JedisException e) {
        if (e instanceof JedisConnectionException) {
            var distrust = distrust(e);
            return distrust != null ? distrust : unavailable(e);
        }
        var code = code(e);
        if (PASSING.contains(code)) {
            return new RedisUnavailableException("Redis at " + server + " cannot serve now: " + e.getMessage(), e);
        }
        if ("OOM".equals(code)) {
            return new RedisFullException(
                    "Redis at " + server + " is full: raise its maxmemory, or let workers drain it", e);
        }
        if (Set.of("NOAUTH", "WRONGPASS", "NOPERM").contains(code)) {
            return new RedisRefusedException(
                    "Redis at " + server + " refused us: " + e.getMessage() + "; check user and password in its URL",
                    e);
        }
        return new RedisRefusedException("Redis at " + server + " refused a command: " + e.getMessage(), e);
    }

    /** The error if the two sides could not agree on an encrypted connection; null if it is another. */
    private @Nullable RedisRefusedException distrust(JedisException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException && !(root(cause) instanceof EOFException)) {
                var message = String.valueOf(cause.getMessage());
                return new RedisRefusedException(
                        "no encrypted connection to Redis at " + server + " (" + message + "); "
                                + Certificates.remedy(message),
                        e);
            }
        }
        return null;
    }

    private RedisUnavailableException unavailable(Exception e) {
        return new RedisUnavailableException(
                "Redis at " + server + " does not answer (" + rootMessage(e) + "); is it running and reachable"
                        + (encryption == null
                                ? "?"
                                : ", does the port speak TLS, and does it ask for a certificate: &cert=FILE&key=FILE?"),
                e);
    }

    /** The first word of an error reply; inside a script's error it may follow the script's own words. */
    private static String code(JedisException e) {
        var message = String.valueOf(e.getMessage());
        if (message.contains("command not allowed when used memory")) {
            return "OOM";
        }
        if (message.contains("max number of clients reached")) {
            return "BUSY";
        }
        // Redis 6.2 wraps an error inside a script: ERR Error running script (...): @user_script: 12: -MISCONF ...
        for (var passing : PASSING) {
            if (message.contains("-" + passing + " ")) {
                return passing;
            }
        }
        var word = message.split(" ", 2)[0];
        return word.startsWith("-") ? word.substring(1) : word;
    }

    private static Throwable root(Throwable e) {
        var root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String rootMessage(Throwable e) {
        var root = root(e);
        var message = root.getMessage();
        return message == null ? root.getClass().getSimpleName() : message.toLowerCase(Locale.ROOT);
    }

    private static DefaultJedisClientConfig config(URI uri, int timeoutMillis) {
        var config = DefaultJedisClientConfig.builder()
                .serverDefaultProtocol() // sends no HELLO, which some proxies refuse
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .connectionTimeoutMillis(timeoutMillis)
                .socketTimeoutMillis(timeoutMillis)
                .blockingSocketTimeoutMillis(timeoutMillis)
                .database(RedisUri.database(uri));
        var userInfo = RedisUri.userInfo(uri);
        if (userInfo != null) {
            var colon = userInfo.indexOf(':');
            var user = colon < 0 ? "" : userInfo.substring(0, colon);
            config.password(userInfo.substring(colon + 1));
            if (!user.isEmpty()) {
                config.user(user);
            }
        }
        return config.build();
    }

    /** Jedis's connection, which can also send without waiting for the reply. */
    private static final class Wire extends Connection {

        Wire(JedisSocketFactory sockets, JedisClientConfig config) {
            super(sockets, config);
        }

        @Override
        protected void flush() { // for who is around this
            super.flush();
        }
    }

    /** UTF-8, as keys and numbers travel. */
    public static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Decimal digits, as Redis reads numbers. */
    public static byte[] bytes(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }
}
