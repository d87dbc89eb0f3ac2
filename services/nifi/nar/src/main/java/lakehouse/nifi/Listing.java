package lakehouse.nifi;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The log files of a folder, oldest first, and what has changed since the last look. */
final class Listing {

    private static final Comparator<Seen> OLDEST_FIRST =
            Comparator.comparing((Seen file) -> file.traits().modifiedAt())
                    // of files of one moment the live one has the shortest name
                    .thenComparing(file -> -file.path().toString().length())
                    .thenComparing(Seen::path);
    private Map<Path, Seen> known = new HashMap<>();

    /** What tells that a file is another, or has other content, than at the last look. */
    private record Traits(String inode, long size, long modifiedAt) {}

    /** A file as it was at the last look. */
    static final class Seen {

        private static final long POSTPONED_NANOS = TimeUnit.SECONDS.toNanos(10);
        private final Path path;
        private final Traits traits;
        private final long changedAt;
        private String base;
        private String identity;
        private boolean isDone;
        private boolean isSettled;
        private boolean isPostponed;
        private long postponedAt;

        private Seen(final Path path, final Traits traits, final long changedAt) {
            this.path = path;
            this.traits = traits;
            this.changedAt = changedAt;
        }

        Path path() {
            return path;
        }

        private Traits traits() {
            return traits;
        }

        boolean isNamedAsArchive() {
            return path.toString().endsWith(".gz");
        }

        /** Its device and inode. */
        String key() {
            return traits.inode();
        }

        /** A mark that changes with its content, and not with its name. */
        String mark() {
            return traits.inode() + "-" + traits.size() + "-" + traits.modifiedAt();
        }

        /** Nanoseconds for which nothing was seen to change. */
        long quietFor() {
            return System.nanoTime() - changedAt;
        }

        /** Hash of its first line, where it is known by now. */
        String base() {
            return base;
        }

        void base(final String found) {
            base = found;
        }

        /** Its identity, where it is known by now. */
        String identity() {
            return identity;
        }

        void identity(final String found) {
            identity = found;
        }

        /** True if it is to be read now. */
        boolean isDue() {
            return !isDone
                    && !(isPostponed && System.nanoTime() - postponedAt < POSTPONED_NANOS);
        }

        /** Whether there is nothing to read until it changes. */
        boolean isDone() {
            return isDone;
        }

        void done() {
            isDone = true;
        }

        /** True if it was read after it had become quiet, so that nothing is left to do. */
        boolean isSettled() {
            return isSettled;
        }

        void settle() {
            isDone = true;
            isSettled = true;
        }

        /** To be tried again, but not at once. */
        void postpone() {
            isPostponed = true;
            postponedAt = System.nanoTime();
        }
    }

    /**
     * Looks at the folder.
     *
     * @return its files, the live one last
     */
    List<Seen> look(final Path folder, final Pattern names) throws IOException {
        final Map<Path, Seen> found = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (final Path path : entries) {
                if (names.matcher(path.getFileName().toString()).matches()) {
                    see(path, found);
                }
            }
        } catch (final NoSuchFileException noFolderYet) {
            return List.of();
        }
        known = found;
        final List<Seen> sorted = new ArrayList<>(found.values());
        sorted.sort(OLDEST_FIRST);
        return sorted;
    }

    /** Forgets what is known, so that every file counts as changed. */
    void forget() {
        known = new HashMap<>();
    }

    private void see(final Path path, final Map<Path, Seen> found) throws IOException {
        final BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (final NoSuchFileException renamedMeanwhile) {
            return;
        }
        if (!attributes.isRegularFile()) {
            return;
        }
        final Traits traits =
                new Traits(
                        LogFile.key(attributes),
                        attributes.size(),
                        attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
        final Seen before = known.get(path);
        final boolean isUnchanged = before != null && Objects.equals(before.traits(), traits);
        found.put(path, isUnchanged ? before : new Seen(path, traits, System.nanoTime()));
    }
}
