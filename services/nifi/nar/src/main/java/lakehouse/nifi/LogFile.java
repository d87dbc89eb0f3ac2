package lakehouse.nifi;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * An open log file. Whatever happens to its name meanwhile, identity and content are read from the
 * same file.
 */
final class LogFile implements Closeable {

    private static final int IDENTITY_BYTES = 8;
    private static final int USUAL_LINE_BYTES = 4096;
    private final FileChannel channel;
    private final int longest;

    LogFile(final Path path, final int longestLine) throws IOException {
        channel = FileChannel.open(path, StandardOpenOption.READ);
        longest = longestLine;
    }

    /**
     * The first half of the SHA-256 of the first line, which stays with the content when the file
     * is renamed or copied.
     *
     * @param isLast whether nothing will follow: then the line needs no line feed
     * @return nothing while the first line is not whole
     */
    Optional<String> identity(final boolean isLast) throws IOException {
        byte[] read = read(0, USUAL_LINE_BYTES);
        Chunk first = firstLine(read, false);
        if (first.isNothing()) {
            read = read(0, longest + 1);
            first = firstLine(read, isLast);
        }
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

    /** Up to so many bytes from that offset on. */
    byte[] read(final long offset, final int most) throws IOException {
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

    /** Bytes that the file has now. */
    long size() throws IOException {
        return channel.size();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private Chunk firstLine(final byte[] read, final boolean isLast) {
        return Chunk.of(read, read.length, false, isLast, longest);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
