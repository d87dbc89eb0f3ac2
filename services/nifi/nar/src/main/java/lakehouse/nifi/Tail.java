package lakehouse.nifi;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads what is new in the log files of a folder, each line once through every rotation. */
final class Tail {

    /** Content that is shorter, and the beginning of another file, does not prove a copy. */
    static final int PROOF_BYTES = 512;
    private static final int CHUNKS_AT_ONCE = 8;
    private final Path directory;
    private final Pattern names;
    private final int longest;
    private final int readBytes;
    private final long quietNanos;
    private final Listing listing = new Listing();
    private List<Listing.Seen> files = List.of();

    /** Takes what is found. */
    interface Sink {

        /** Lines of a file, from that offset on. */
        void lines(Path file, String identity, long offset, Chunk chunk);

        /** A file that cannot be read, and why; said again while it is so. */
        void unreadable(Path file, String reason);
    }

    /**
     * A reader of a folder.
     *
     * @param folder of the log and its rotated files
     * @param fileNames the names of both
     * @param longestLine bytes of the longest line; a longer one is cut
     * @param chunkBytes the most bytes that are handed on together
     * @param quiet nanoseconds after which a file that is not the live one gets no more bytes
     */
    Tail(
            final Path folder,
            final Pattern fileNames,
            final int longestLine,
            final int chunkBytes,
            final long quiet) {
        directory = folder;
        names = fileNames;
        longest = longestLine;
        // one byte more than the longest line, to see if it ends there
        readBytes = Math.max(chunkBytes, longestLine + 1);
        quietNanos = quiet;
    }

    /** Looks at the folder; whether there may be something to read. */
    boolean look() throws IOException {
        files = listing.look(directory, names);
        return files.stream().anyMatch(file -> isDue(file, isLive(file)));
    }

    /** Forgets what was seen of files, so that each counts as changed. */
    void forget() {
        listing.forget();
    }

    /**
     * Reads on.
     *
     * @param state how far everything was read
     * @return the state to keep, where it has changed
     */
    Optional<Map<String, String>> read(final Map<String, String> state, final Sink sink)
            throws IOException {
        final Known known = new Known(state);
        int left = CHUNKS_AT_ONCE;
        for (final Listing.Seen file : files) {
            final boolean isLive = isLive(file);
            if (left > 0 && isDue(file, isLive)) {
                if (known.isFinished(file)) {
                    file.settle();
                } else {
                    left -= tryToRead(file, isLive, left, known, sink);
                }
            }
        }
        if (!known.isChanged()) {
            return Optional.empty();
        }
        final Set<String> present = new HashSet<>();
        final Set<String> marks = new HashSet<>();
        files.forEach(file -> {
            present.add(file.identity());
            marks.add(file.mark());
        });
        final boolean allSeen = files.stream().allMatch(Listing.Seen::isDone);
        return Optional.of(known.toState(present, marks, allSeen));
    }

    /** The live file is the one that changed last; nobody writes to an archive. */
    private boolean isLive(final Listing.Seen file) {
        for (int last = files.size() - 1; last >= 0; last--) {
            if (!files.get(last).isNamedAsArchive()) {
                return file == files.get(last);
            }
        }
        return false;
    }

    private boolean isDue(final Listing.Seen file, final boolean isLive) {
        if (file.isNamedAsArchive() && !isQuiet(file)) {
            // gzip may still write it: to inflate it again and again would keep the log waiting
            return false;
        }
        return file.isDue() || file.isDone() && !file.isSettled() && !isLive && isQuiet(file);
    }

    private boolean isQuiet(final Listing.Seen file) {
        return file.quietFor() > quietNanos;
    }

    /** Reads a file; one that cannot be read does not keep the others from being read. */
    private int tryToRead(
            final Listing.Seen file,
            final boolean isLive,
            final int most,
            final Known known,
            final Sink sink)
            throws IOException {
        try (LogFile log = LogFile.open(file.path(), longest)) {
            // otherwise it has another name by now, and is found by it at the next look
            return log.key().equals(file.key()) ? read(file, log, isLive, most, known, sink) : 0;
        } catch (final NoSuchFileException renamedMeanwhile) {
            return 0;
        } catch (final AccessDeniedException refused) {
            file.postpone();
            sink.unreadable(file.path(), "permission denied");
        } catch (final EOFException incomplete) {
            file.postpone();
            sink.unreadable(file.path(), "the compressed file is not complete");
        } catch (final IOException failure) {
            file.postpone();
            sink.unreadable(file.path(), failure.getMessage());
        }
        return 0;
    }

    /** Reads a file as far as it goes, at most so many chunks; returns how many it took. */
    private int read(
            final Listing.Seen file,
            final LogFile log,
            final boolean isLive,
            final int most,
            final Known known,
            final Sink sink)
            throws IOException {
        final boolean isSettled = !isLive && isQuiet(file);
        final boolean isLast = isSettled || log.isArchive();
        // of an archive this is a check, too: nothing is taken from one that is damaged
        final long size = log.size();
        final Optional<String> base = log.base(isLast);
        if (base.isEmpty()) {
            finish(file, known, isSettled, size == 0);
            return 0;
        }
        file.base(base.get());
        Optional<String> identity = known.grown(base.get(), log);
        if (identity.isEmpty()) {
            final Copy copy = copyOf(file, log, isSettled, known);
            if (copy != Copy.NO) {
                // as soon as the other file was read; until then that may vanish
                if (copy == Copy.OF_READ) {
                    finish(file, known, isSettled, !isLive);
                }
                return 0;
            }
            identity = identify(file, log, known);
        }
        file.identity(identity.get());
        for (int taken = 0; taken < most; taken++) {
            final Place place = known.place(identity.get());
            final byte[] window =
                    log.read(place.offset() - place.endBytes(), place.endBytes() + readBytes);
            if (!isSame(place, window, log, isLast)) {
                return taken;
            }
            final byte[] read = Arrays.copyOfRange(window, place.endBytes(), window.length);
            final boolean reachesEnd = read.length < readBytes;
            final Chunk chunk =
                    Chunk.of(
                            read,
                            read.length,
                            place.isInsideCutLine(),
                            isLast && reachesEnd,
                            longest);
            if (chunk.isNothing()) {
                finish(file, known, isSettled, read.length == 0);
                return taken;
            }
            if (chunk.lines() > 0) {
                sink.lines(file.path(), identity.get(), place.offset(), chunk);
            }
            known.put(identity.get(), place.behind(window, chunk));
        }
        return most;
    }

    /** True if the window continues what was read: the file may have been truncated and refilled. */
    private static boolean isSame(
            final Place place, final byte[] window, final LogFile log, final boolean isLast) {
        if (place.offset() == 0) {
            return log.base(window, isLast).equals(Optional.of(place.base()));
        }
        return window.length >= place.endBytes()
                && Fnv.hash(Fnv.EMPTY, Arrays.copyOf(window, place.endBytes())) == place.end();
    }

    private static void finish(
            final Listing.Seen file,
            final Known known,
            final boolean isSettled,
            final boolean isRead) {
        if (isRead || isSettled) {
            file.done();
        }
        if (isSettled) {
            file.settle();
            known.finish(file);
        }
    }

    /** The identity of a file that is no copy. */
    private Optional<String> identify(
            final Listing.Seen file, final LogFile log, final Known known) throws IOException {
        for (final String identity : known.sameContent(file.base(), log)) {
            if (!isHeld(known.place(identity), log)) {
                known.move(identity, log);
                return Optional.of(identity);
            }
        }
        return Optional.of(known.begin(file.base(), log));
    }

    /** Compares a file with the others in the folder that begin with the same line. */
    private Copy copyOf(
            final Listing.Seen file,
            final LogFile log,
            final boolean isSettled,
            final Known known)
            throws IOException {
        Copy found = Copy.NO;
        boolean isAfter = false;
        for (final Listing.Seen other : files) {
            if (other == file) {
                isAfter = true;
            } else if (other.base() == null || other.base().equals(file.base())) {
                final LogFile.Start start = startOf(log, other);
                final boolean provesNothing = isSettled && log.size() < PROOF_BYTES;
                // of equal files one is read: the one that was begun, else the first
                final boolean isOther = !isAfter || known.hasRead(file.base(), other.key(), 0);
                if (start == LogFile.Start.OF_EQUAL && isOther
                        || start == LogFile.Start.OF_LONGER && !provesNothing) {
                    if (known.hasRead(file.base(), other.key(), log.size())) {
                        return Copy.OF_READ;
                    }
                    found = Copy.OF_UNREAD;
                }
            }
        }
        return found;
    }

    /** Result of the comparison: another file has all the content, and it was read there or not. */
    private enum Copy {
        NO,
        OF_READ,
        OF_UNREAD
    }

    private LogFile.Start startOf(final LogFile log, final Listing.Seen other) {
        try (LogFile open = LogFile.open(other.path(), longest)) {
            return open.key().equals(log.key()) ? LogFile.Start.NO : log.startOf(open);
        } catch (final IOException unreadable) {
            return LogFile.Start.NO;
        }
    }

    /** True if the little that was read is still in its own file, so that this is another file. */
    private boolean isHeld(final Place place, final LogFile log) {
        if (place.offset() >= PROOF_BYTES) {
            return false;
        }
        for (final Listing.Seen other : files) {
            if (other.key().equals(place.file()) && !other.key().equals(log.key())) {
                try (LogFile open = LogFile.open(other.path(), longest)) {
                    return open.key().equals(place.file()) && Known.isAt(place, open);
                } catch (final IOException unreadable) {
                    return false;
                }
            }
        }
        return false;
    }
}
