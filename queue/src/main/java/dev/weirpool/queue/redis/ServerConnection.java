package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** A connection to one server. */
final class ServerConnection extends RedisConnection {

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
            "MISCONF",
            "MOVED",
            "ASK");

    /** Redis ends a wait at the next tenth of a second, and then has to say so. */
    private static final int END_OF_WAIT_MILLIS = 150;

    private static final int MARK_LIFE_MILLIS = 1_000;

    /** Of so many keys the types are looked at when one of them is wrong. */
    private static final int MOST_SUSPECTS = 64;

    /** With {@code appendfsync everysec} Redis flushes once a second, and puts that off for another if the disk is busy. */
    private static final int FLUSH_MILLIS = 2_500;

    private final String server;
    private final @Nullable SSLSocketFactory encryption;
    private final WakeableSocket socket;
    private final Connection jedis;
    private final int readTimeoutMillis;
    private final Durability durability;

    /** @param givesUp a reason not to wait for replies any longer */
    ServerConnection(URI uri, Duration timeout, BooleanSupplier givesUp) {
        this.server = RedisUri.host(uri) + ":" + RedisUri.port(uri);
        this.durability = RedisUri.durability(uri);
        this.readTimeoutMillis = Math.toIntExact(timeout.toMillis());
        this.encryption = RedisUri.isEncrypted(uri) ? Certificates.socketFactory(uri) : null;
        try {
            this.socket = connect(uri, readTimeoutMillis, givesUp);
        } catch (IOException e) {
            throw unavailable(e);
        }
        try {
            this.jedis = new Connection(() -> stream(uri), config(uri, readTimeoutMillis));
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

    @Override
    public @Nullable Object call(String command, byte[]... arguments) {
        return exchange(Command.valueOf(command), arguments);
    }

    @Override
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

    @Override
    public @Nullable Object callBlocking(Duration block, String command, byte[]... arguments) {
        setReadTimeout(readTimeoutMillis + Math.toIntExact(block.toMillis()));
        var reply = exchange(Command.valueOf(command), arguments);
        setReadTimeout(readTimeoutMillis);
        return reply;
    }

    @Override
    public @Nullable Object run(Script script, int keys, List<byte[]> keysAndArguments) {
        if (script.isUsedOften()) {
            try {
                return evaluate(script, Command.EVALSHA, script.sha1(), keys, keysAndArguments);
            } catch (JedisDataException e) {
                if (!"NOSCRIPT".equals(code(e))) {
                    throw failed(e, script, keysAndArguments.subList(0, keys));
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
            throw failed(e, script, keysAndArguments.subList(0, keys));
        }
    }

    @Override
    public @Nullable Object runDurably(byte[] mark, Script script, int keys, List<byte[]> keysAndArguments) {
        var reply = run(script, keys, keysAndArguments);
        requireDurable(mark);
        return reply;
    }

    private void requireDurable(byte[] mark) {
        switch (durability.level()) {
            case LOCAL -> {}
            case FSYNC -> requireFsync(mark);
            case REPLICAS -> requireReplicas(mark);
        }
    }

    private void requireFsync(byte[] mark) {
        var patience = Math.max(readTimeoutMillis, FLUSH_MILLIS);
        try {
            var fsynced = markAndWait(patience, mark, Command.WAITAOF, bytes(1), bytes(0), bytes(patience));
            if (!(fsynced instanceof List<?> both) || !(both.get(0) instanceof Long local) || local < 1) {
                throw notDurable("its disk does not have it after " + patience + " ms", "its disk");
            }
        } catch (RedisRefusedException e) {
            throw new RedisRefusedException(
                    "Redis at " + server + " cannot say when something is on disk (" + rootMessage(e)
                            + "); durability=fsync needs Redis 7.2 or later with appendonly yes",
                    e);
        }
    }

    private void requireReplicas(byte[] mark) {
        var patience = Math.max(1, readTimeoutMillis / 2);
        var count = markAndWait(patience, mark, Command.WAIT, bytes(durability.replicas()), bytes(patience));
        if (!(count instanceof Long acknowledged) || acknowledged < durability.replicas()) {
            throw notDurable(
                    count + " of " + durability.replicas() + " replicas have it after " + patience + " ms",
                    "its replicas");
        }
    }

    /**
     * Redis waits for the last that was written on this very connection, and with it for all before. So something is: the script may have
     * found that it was done on another connection.
     */
    private @Nullable Object markAndWait(int patienceMillis, byte[] mark, Command wait, byte[]... arguments) {
        setReadTimeout(readTimeoutMillis + patienceMillis);
        try {
            jedis.sendCommand(Command.SET, mark, bytes(1), bytes("PX"), bytes(MARK_LIFE_MILLIS));
            jedis.sendCommand(wait, arguments);
            jedis.getOne();
            var reply = jedis.getOne();
            setReadTimeout(readTimeoutMillis);
            return reply;
        } catch (JedisException e) {
            throw failed(e);
        }
    }

    private NotDurableYetException notDurable(String what, String suspect) {
        abort();
        return new NotDurableYetException(
                "accepted by Redis at " + server + ", but " + what + "; look at " + suspect,
                new IllegalStateException(durability.toString()));
    }

    @Override
    public @Nullable Object runAtBell(
            byte[] bell, Duration block, Script script, int keys, List<byte[]> keysAndArguments) {
        var blockMillis = Math.toIntExact(block.toMillis());
        setReadTimeout(readTimeoutMillis + blockMillis);
        socket.deferInterrupts(blockMillis + END_OF_WAIT_MILLIS);
        try {
            CrashPoint.before(Command.BLPOP);
            jedis.sendCommand(Command.BLPOP, bell, seconds(block));
            send(script, Command.EVALSHA, script.sha1(), keys, keysAndArguments);
            awaitToken(bell);
            CrashPoint.after(Command.BLPOP);
            var reply = receive(script);
            setReadTimeout(readTimeoutMillis);
            return reply;
        } catch (JedisDataException e) {
            if (!"NOSCRIPT".equals(code(e))) {
                throw failed(e, script, keysAndArguments.subList(0, keys));
            }
        } catch (JedisException e) {
            throw failed(e);
        } finally {
            socket.deferInterrupts(0);
        }
        setReadTimeout(readTimeoutMillis);
        return run(script, keys, keysAndArguments);
    }

    /** What is not a bell cannot be waited for; the reply of the script, which comes behind, is lost, as it may be at any time. */
    private void awaitToken(byte[] bell) {
        try {
            jedis.getOne();
        } catch (JedisDataException e) {
            if ("WRONGTYPE".equals(code(e))) {
                abort();
                throw foreign(List.of(new String(bell, UTF_8) + " is no list"), e);
            }
            throw e;
        }
    }

    @Override
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

    @Override
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
        } catch (JedisDataException e) {
            throw failed(e, null, Stream.of(arguments).limit(8).toList());
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

    /**
     * The same for the reply to a command that was sent alone.
     *
     * @param script whose keys they are; null for a command with a key among its arguments
     */
    private RuntimeException failed(JedisException e, @Nullable Script script, List<byte[]> keys) {
        if (!(e instanceof JedisDataException) || !"WRONGTYPE".equals(code(e))) {
            return failed(e);
        }
        var found = new ArrayList<String>();
        try {
            for (var i = 0; i < Math.min(MOST_SUSPECTS, keys.size()); i++) {
                var name = new String(keys.get(i), UTF_8);
                if (name.startsWith("weirpool:")) {
                    jedis.sendCommand(Command.TYPE, keys.get(i));
                    var type = new String((byte[]) jedis.getOne(), UTF_8);
                    var expected = script == null ? Optional.of("") : script.typeOfKey(i + 1);
                    if (!type.equals("none")
                            && expected.filter(other -> !other.equals(type)).isPresent()) {
                        found.add(name + " is a " + type
                                + (script == null ? "" : " and should be a " + expected.orElseThrow()));
                    }
                }
            }
        } catch (JedisException another) {
            e.addSuppressed(another);
        }
        abort();
        return foreign(found, e);
    }

    private ForeignDataException foreign(List<String> found, JedisException e) {
        return new ForeignDataException(
                "a key in Redis at " + server + " has another type than Weirpool gave it"
                        + (found.isEmpty() ? " (" + e.getMessage() + ")" : ": " + String.join(", ", found))
                        + "; look who else writes there, and DEL or RENAME that key",
                e);
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
        if (isOfScript(e)) {
            return new ForeignDataException(
                    "a script met a value in Redis at " + server + " that Weirpool has not put there: " + e.getMessage()
                            + "; look who else writes to the keys of this queue, or delete it",
                    e);
        }
        return new RedisRefusedException("Redis at " + server + " refused a command: " + e.getMessage(), e);
    }

    private static boolean isOfScript(JedisException e) {
        return String.valueOf(e.getMessage()).contains("user_script:");
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
        if (message.contains(" WRONGTYPE ") || message.contains("-WRONGTYPE ")) {
            return "WRONGTYPE";
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
}
