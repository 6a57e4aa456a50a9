package dev.weirpool.queue.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Encrypts what goes to and from a Redis server that does not do so itself, with certificates of an authority of its own. */
public final class TlsFront implements AutoCloseable {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path directory;
    private final int target;
    private final SSLServerSocket listener;
    private final ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();

    private TlsFront(Path directory, int target, SSLServerSocket listener) {
        this.directory = directory;
        this.target = target;
        this.listener = listener;
    }

    /**
     * @param directory for the certificates
     * @param host whom the server's certificate is for
     * @param asksWho whether a client has to have a certificate
     */
    public static TlsFront start(Path directory, int target, String host, boolean asksWho) throws Exception {
        keytool(directory, "-alias", "ca", "-dname", "CN=authority", "-ext", "bc:c");
        keytool(directory, "-alias", "server", "-dname", "CN=" + host, "-ext", "san=dns:" + host, "-signer", "ca");
        keytool(directory, "-alias", "client", "-dname", "CN=client", "-signer", "ca");
        var all = KeyStore.getInstance(directory.resolve("all.p12").toFile(), PASSWORD);
        pem(directory.resolve("ca.pem"), "CERTIFICATE", all.getCertificate("ca").getEncoded());
        pem(
                directory.resolve("client.pem"),
                "CERTIFICATE",
                all.getCertificate("client").getEncoded());
        pem(
                directory.resolve("client.key"),
                "PRIVATE KEY",
                all.getKey("client", PASSWORD).getEncoded());

        var server = KeyStore.getInstance("PKCS12");
        server.load(null, null);
        server.setKeyEntry("server", all.getKey("server", PASSWORD), PASSWORD, all.getCertificateChain("server"));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(server, PASSWORD);
        var authority = KeyStore.getInstance("PKCS12");
        authority.load(null, null);
        Certificate ca = all.getCertificate("ca");
        authority.setCertificateEntry("ca", ca);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authority);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        var listener = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        listener.setNeedClientAuth(asksWho);
        var front = new TlsFront(directory, target, listener);
        daemon(front::accept);
        return front;
    }

    /** An address of it as seen from here, that names these of the files: ca, cert, key. */
    public String address(String host, List<String> parameters) {
        var files = new ArrayList<String>();
        for (var parameter : parameters) {
            var file = parameter.equals("ca") ? "ca.pem" : parameter.equals("cert") ? "client.pem" : "client.key";
            files.add(parameter + "=" + directory.resolve(file));
        }
        var query = files.isEmpty() ? "" : "?" + String.join("&", files);
        return "rediss://" + host + ":" + listener.getLocalPort() + query;
    }

    private static void keytool(Path directory, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-keystore",
                directory.resolve("all.p12").toString(),
                "-storepass",
                new String(PASSWORD)));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), US_ASCII);
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
    }

    private static void pem(Path file, String kind, byte[] content) throws IOException {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }

    private void accept() {
        try {
            while (true) {
                var client = (SSLSocket) listener.accept();
                sockets.add(client);
                var server = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(server);
                daemon(() -> pass(client, server));
                daemon(() -> pass(server, client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
        } catch (IOException e) {
            // the other end is gone, or was not let in
        }
    }

    private static void daemon(Runnable body) {
        var thread = new Thread(body, "tls-front");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (var socket : sockets) {
            socket.close();
        }
    }
}
