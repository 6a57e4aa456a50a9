package dev.weirpool.queue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** Follows every command that Redis carries out on a queue's list, those of scripts too, and so knows its greatest length. */
final class SharedQueueLengthWatch implements AutoCloseable {

    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final Socket socket;
    private final BufferedReader in;
    private final String items;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile long length;
    private volatile long greatest;
    private volatile long put;

    SharedQueueLengthWatch(URI redis, String queue) throws IOException {
        this.items = "weirpool:{" + queue + "}:shared:items";
        this.socket = new Socket(redis.getHost(), redis.getPort());
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
        send("AUTH " + redis.getUserInfo().substring(1));
        send("MONITOR");
        var thread = new Thread(this::follow, "length-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void send(String command) throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(ISO_8859_1));
        if (!"+OK".equals(in.readLine())) {
            throw new IOException("refused: " + command.split(" ", 2)[0]);
        }
    }

    private void follow() {
        try {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                if (line.contains(items) && line.contains(" lua] ")) {
                    account(words(line));
                }
            }
        } catch (IOException e) {
            // closed
        } finally {
            end.complete(null);
        }
    }

    private static List<String> words(String line) {
        var words = new ArrayList<String>();
        for (var word = WORD.matcher(line); word.find(); ) {
            words.add(word.group(1));
        }
        return words;
    }

    private void account(List<String> words) {
        switch (words.get(0)) {
            case "RPUSH" -> {
                put += words.size() - 2;
                length += words.size() - 2;
                greatest = Math.max(greatest, length);
            }
            case "LPOP" -> length -= Math.min(length, Long.parseLong(words.get(2)));
            case "LLEN" -> {}
            default -> throw new IllegalStateException("not expected: " + words);
        }
    }

    /** How long the list has ever been. */
    long greatest() {
        return greatest;
    }

    /** How many items were put. */
    long put() {
        return put;
    }

    long length() {
        return length;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        try {
            end.get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IOException(e);
        }
    }
}
