package lakehouse.nifi;

/** The hash FNV-1a of 64 bits: unlike those of the JDK, it can be continued from its value. */
final class Fnv {

    static final long EMPTY = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private Fnv() {}

    /** Continues a hash with more bytes. */
    static long hash(final long before, final byte[] bytes) {
        long hash = before;
        for (final byte one : bytes) {
            hash = (hash ^ (one & 0xff)) * PRIME;
        }
        return hash;
    }
}
