package lakehouse.nifi;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * An open log file, plain or compressed by gzip; offsets and sizes are those of its plain content.
 * Whatever happens to its name meanwhile, everything is read from the same file.
 */
final class LogFile implements Closeable {

    private static final int IDENTITY_BYTES = 8;
    private static final int USUAL_LINE_BYTES = 4096;
    private static final int BLOCK_BYTES = 1 << 16;
    private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8};
    private static final List<byte[]> FOREIGN =
            List.of(
                    new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0},
                    new byte[] {'B', 'Z', 'h'},
                    new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd},
                    new byte[] {'P', 'K', 3, 4});
    private final FileChannel channel;
    private final String key;
    private final int longest;
    private final boolean isArchive;
    private InputStream inflated;
    // what was inflated last, and where in the content it begins
    private byte[] last = new byte[0];
    private long lastAt;
    private long inflatedSize = -1;

    private LogFile(final FileChannel open, final String inode, final int longestLine)
            throws IOException {
        channel = open;
        key = inode;
        longest = longestLine;
        final byte[] magic = stored(0, 6);
        isArchive = begins(magic, GZIP);
        for (final byte[] other : FOREIGN) {
            if (begins(magic, other)) {
                throw new IOException("only gzip is read of compressed files: decompress it");
            }
        }
    }

    /** Opens a file. */
    static LogFile open(final Path path, final int longestLine) throws IOException {
        final String before = key(path);
        final FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            if (!key(path).equals(before)) {
                throw new NoSuchFileException(path.toString(), null, "renamed meanwhile");
            }
            return new LogFile(channel, before, longestLine);
        } catch (final IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    /** Device and inode of a file. */
    static String key(final BasicFileAttributes attributes) {
        return String.valueOf(attributes.fileKey()).replace(" ", "");
    }

    private static String key(final Path path) throws IOException {
        return key(Files.readAttributes(path, BasicFileAttributes.class));
    }

    /** Its device and inode. */
    String key() {
        return key;
    }

    /** True if it is compressed: then it is complete, and nothing is appended to it. */
    boolean isArchive() {
        return isArchive;
    }

    /**
     * The first half of the SHA-256 of the first line, which stays with the content when the file
     * is renamed, copied or compressed.
     *
     * @param isLast whether nothing will follow: then the line needs no line feed
     * @return nothing while the first line is not whole
     */
    Optional<String> base(final boolean isLast) throws IOException {
        final Optional<String> usual = base(read(0, USUAL_LINE_BYTES), false);
        return usual.isPresent() ? usual : base(read(0, longest + 1), isLast);
    }

    /** The same, of content that was read from the beginning. */
    Optional<String> base(final byte[] read, final boolean isLast) {
        final Chunk first = Chunk.of(read, read.length, false, isLast, longest);
        if (first.isNothing()) {
            return Optional.empty();
        }
        final byte[] content = first.content();
        int end = 0;
        while (content[end] != '\n') {
            end++;
        }
        final MessageDigest digest = sha256();
        digest.update(content, 0, end);
        return Optional.of(HexFormat.of().formatHex(digest.digest(), 0, IDENTITY_BYTES));
    }

    /** Up to so many bytes from that offset on; fewer where the file ends. */
    byte[] read(final long offset, final int most) throws IOException {
        return isArchive ? inflate(offset, most) : stored(offset, most);
    }

    /** Bytes of content that the file has now; an archive is read to its end and checked. */
    long size() throws IOException {
        if (!isArchive) {
            return channel.size();
        }
        if (inflatedSize < 0) {
            long size = 0;
            int read = BLOCK_BYTES;
            while (read == BLOCK_BYTES) {
                read = read(size, BLOCK_BYTES).length;
                size += read;
            }
            inflatedSize = size;
        }
        return inflatedSize;
    }

    /** Hash of the content before an offset. */
    long content(final long offset) throws IOException {
        long hash = Fnv.EMPTY;
        for (long at = 0; at < offset; at += BLOCK_BYTES) {
            hash = Fnv.hash(hash, read(at, (int) Math.min(BLOCK_BYTES, offset - at)));
        }
        return hash;
    }

    /** Hash of the last content before an offset, as {@link Place#end} has it. */
    long end(final long offset) throws IOException {
        final int bytes = (int) Math.min(offset, Place.END_BYTES);
        return Fnv.hash(Fnv.EMPTY, read(offset - bytes, bytes));
    }

    /** Compares the whole content of this file with the beginning of another. */
    Start startOf(final LogFile other) throws IOException {
        final long size = size();
        int block = Place.END_BYTES;
        long at = 0;
        while (at < size) {
            final int most = (int) Math.min(block, size - at);
            if (!Arrays.equals(read(at, most), other.read(at, most))) {
                return Start.NO;
            }
            at += most;
            block = BLOCK_BYTES;
        }
        return other.read(size, 1).length > 0 ? Start.OF_LONGER : Start.OF_EQUAL;
    }

    /** Result of the comparison: this is no beginning, or the other is equal, or longer. */
    enum Start {
        NO,
        OF_EQUAL,
        OF_LONGER
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private byte[] stored(final long offset, final int most) throws IOException {
        final long available = Math.max(0, channel.size() - offset);
        final ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(available, most));
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                break;
            }
        }
        final byte[] read = new byte[buffer.position()];
        buffer.flip().get(read);
        return read;
    }

    private byte[] inflate(final long offset, final int most) throws IOException {
        if (inflated == null || offset < lastAt) {
            channel.position(0);
            inflated = new GZIPInputStream(Channels.newInputStream(channel), BLOCK_BYTES);
            last = new byte[0];
            lastAt = 0;
        }
        while (offset > lastAt + last.length) {
            final long missing = offset - lastAt - last.length;
            lastAt += last.length;
            last = inflated.readNBytes((int) Math.min(missing, BLOCK_BYTES));
            if (last.length == 0) {
                return last;
            }
        }
        final int from = (int) (offset - lastAt);
        if (last.length - from >= most) {
            return Arrays.copyOfRange(last, from, from + most);
        }
        final byte[] more = inflated.readNBytes(most - (last.length - from));
        final byte[] read = Arrays.copyOfRange(last, from, last.length + more.length);
        System.arraycopy(more, 0, read, last.length - from, more.length);
        last = read;
        lastAt = offset;
        return read;
    }

    private static boolean begins(final byte[] content, final byte[] magic) {
        return content.length >= magic.length
                && Arrays.equals(Arrays.copyOf(content, magic.length), magic);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
