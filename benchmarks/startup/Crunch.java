import java.util.ArrayList;
import java.util.HashMap;

/** Work for one processor: run as a task of a worker, or by itself in a plain {@code java}. It tells how often a second it got through. */
public final class Crunch {

    public static void main(String[] arguments) {
        double rate = arguments[0].equals("hashing")
                ? hashing(Integer.parseInt(arguments[1]))
                : allocating(Integer.parseInt(arguments[1]));
        System.out.println(rate);
    }

    /** The rounds of SHA-256, without the JVM's intrinsic for it: nothing but the compiler makes this fast. */
    public static double hashing(int seconds) {
        var state = new int[] {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
        var words = new int[64];
        long begin = System.nanoTime();
        long blocks = 0;
        while (System.nanoTime() - begin < seconds * 1_000_000_000L) {
            for (int i = 0; i < 1000; i++) {
                block(state, words, i);
            }
            blocks += 1000;
        }
        if (state[0] == 0 && state[1] == 0) {
            System.out.println("never, but the compiler must not know");
        }
        return blocks / ((System.nanoTime() - begin) / 1e9);
    }

    private static void block(int[] state, int[] w, int seed) {
        for (int i = 0; i < 16; i++) {
            w[i] = seed * 0x9e3779b9 + i * 0x85ebca6b;
        }
        for (int i = 16; i < 64; i++) {
            int s0 = Integer.rotateRight(w[i - 15], 7) ^ Integer.rotateRight(w[i - 15], 18) ^ (w[i - 15] >>> 3);
            int s1 = Integer.rotateRight(w[i - 2], 17) ^ Integer.rotateRight(w[i - 2], 19) ^ (w[i - 2] >>> 10);
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }
        int a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (int i = 0; i < 64; i++) {
            int s1 = Integer.rotateRight(e, 6) ^ Integer.rotateRight(e, 11) ^ Integer.rotateRight(e, 25);
            int t1 = h + s1 + ((e & f) ^ (~e & g)) + (i * 0x428a2f98 + 0x71374491) + w[i];
            int s0 = Integer.rotateRight(a, 2) ^ Integer.rotateRight(a, 13) ^ Integer.rotateRight(a, 22);
            int t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    /** Maps of lists of strings, 20 MB of them alive at a time: the garbage collector's share is large. */
    public static double allocating(int seconds) {
        var alive = new ArrayList<HashMap<String, ArrayList<String>>>();
        long begin = System.nanoTime();
        long rounds = 0;
        while (System.nanoTime() - begin < seconds * 1_000_000_000L) {
            var map = new HashMap<String, ArrayList<String>>();
            for (int i = 0; i < 200; i++) {
                map.computeIfAbsent("key " + (i % 40), key -> new ArrayList<>()).add("value " + rounds + "/" + i);
            }
            if (alive.size() < 1000) {
                alive.add(map);
            } else {
                alive.set((int) (rounds % 1000), map);
            }
            rounds++;
        }
        return rounds / ((System.nanoTime() - begin) / 1e9);
    }
}
