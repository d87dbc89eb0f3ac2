package lakehouse.nifi;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.nifi.annotation.behavior.InputRequirement;
import org.apache.nifi.annotation.behavior.Stateful;
import org.apache.nifi.annotation.behavior.TriggerSerially;
import org.apache.nifi.annotation.behavior.WritesAttribute;
import org.apache.nifi.annotation.behavior.WritesAttributes;
import org.apache.nifi.annotation.configuration.DefaultSchedule;
import org.apache.nifi.annotation.documentation.CapabilityDescription;
import org.apache.nifi.annotation.documentation.Tags;
import org.apache.nifi.annotation.lifecycle.OnScheduled;
import org.apache.nifi.components.PropertyDescriptor;
import org.apache.nifi.components.state.Scope;
import org.apache.nifi.flowfile.FlowFile;
import org.apache.nifi.processor.AbstractProcessor;
import org.apache.nifi.processor.DataUnit;
import org.apache.nifi.processor.ProcessContext;
import org.apache.nifi.processor.ProcessSession;
import org.apache.nifi.processor.Relationship;
import org.apache.nifi.processor.exception.ProcessException;

/**
 * Reads the lines that are written to a log, through every rotation.
 *
 * <p>A file is known by its first line, not by its name: a renamed or copied file goes on where it
 * was, a truncated or replaced one begins anew. How far each was read is kept in NiFi's state in
 * one step with the lines handed on.
 */
@Tags({"log", "tail", "lines", "lakehouse"})
@CapabilityDescription("Reads the lines written to a log and to its rotated files; each bundle of"
        + " lines tells the file's identity and the offset of its first byte")
@InputRequirement(InputRequirement.Requirement.INPUT_FORBIDDEN)
@TriggerSerially
@DefaultSchedule(period = "50 ms")
@Stateful(scopes = Scope.LOCAL, description = "How far each file was read, by the file's identity")
@WritesAttributes({
    @WritesAttribute(attribute = TailLines.IDENTITY, description = "Hash of the file's first line"),
    @WritesAttribute(attribute = TailLines.OFFSET, description = "Offset of the first byte"),
    @WritesAttribute(attribute = TailLines.NAME, description = "Name the file had"),
    @WritesAttribute(attribute = TailLines.LINES, description = "How many lines there are"),
    @WritesAttribute(attribute = TailLines.CUT, description = "Set where the line was too long")
})
public class TailLines extends AbstractProcessor {

    static final String IDENTITY = "file.identity";
    static final String OFFSET = "file.offset";
    static final String NAME = "file.name";
    static final String LINES = "lines";
    static final String CUT = "line.cut";

    static final PropertyDescriptor DIRECTORY =
            Properties.text("Directory", "Folder of the log and of its rotated files");
    static final PropertyDescriptor PATTERN =
            Properties.text("File Pattern", "Regular expression of the names of log and rotated files");
    static final PropertyDescriptor CHUNK =
            Properties.size("Chunk Size", "Most bytes of lines that are handed on together", "1 MB");
    static final PropertyDescriptor LONGEST =
            Properties.size("Longest Line", "A longer line is cut; its rest is left out", "1 MB");
    static final Relationship SUCCESS =
            new Relationship.Builder().name("success").description("Whole lines").build();

    /** After this a file that is not the live one gets no more bytes. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long FORGOTTEN_SECONDS = TimeUnit.DAYS.toSeconds(1);
    private static final int CHUNKS_AT_ONCE = 8;

    private final Listing listing = new Listing();
    private volatile Path directory;
    private volatile Pattern names;
    private volatile int longest;
    private volatile int readBytes;

    @Override
    protected List<PropertyDescriptor> getSupportedPropertyDescriptors() {
        return List.of(DIRECTORY, PATTERN, CHUNK, LONGEST);
    }

    @Override
    public Set<Relationship> getRelationships() {
        return Set.of(SUCCESS);
    }

    /** Reads the properties once; every file counts as changed. */
    @OnScheduled
    public void prepare(final ProcessContext context) {
        directory = Path.of(context.getProperty(DIRECTORY).getValue());
        names = Pattern.compile(context.getProperty(PATTERN).getValue());
        longest = context.getProperty(LONGEST).asDataSize(DataUnit.B).intValue();
        final int chunk = context.getProperty(CHUNK).asDataSize(DataUnit.B).intValue();
        // one byte more than the longest line tells whether it ends there
        readBytes = Math.max(chunk, longest + 1);
        listing.forget();
    }

    @Override
    public void onTrigger(final ProcessContext context, final ProcessSession session) {
        try {
            final List<Listing.Seen> files = listing.look(directory, names);
            if (files.stream().anyMatch(file -> !file.isDone())) {
                readAll(files, session);
            }
        } catch (final IOException | RuntimeException failure) {
            // what was remembered of files may be ahead of what will now be rolled back
            listing.forget();
            context.yield();
            throw new ProcessException("cannot read the logs in " + directory, failure);
        }
    }

    private void readAll(final List<Listing.Seen> files, final ProcessSession session)
            throws IOException {
        final Map<String, Place> places = new HashMap<>();
        final Map<String, String> before = session.getState(Scope.LOCAL).toMap();
        before.forEach((identity, text) -> places.put(identity, Place.fromText(text)));
        int left = CHUNKS_AT_ONCE;
        boolean hasMoved = false;
        for (final Listing.Seen file : files) {
            if (left > 0 && !file.isDone()) {
                final boolean isLive = file == files.get(files.size() - 1);
                final int taken = read(file, isLive, left, places, session);
                left -= taken;
                hasMoved |= taken > 0;
            }
        }
        if (hasMoved) {
            session.setState(remembered(places, files), Scope.LOCAL);
        }
    }

    /** Reads a file as far as it goes, at most so many chunks; returns how many it took. */
    private int read(
            final Listing.Seen file,
            final boolean isLive,
            final int most,
            final Map<String, Place> places,
            final ProcessSession session)
            throws IOException {
        final boolean isLast = !isLive && file.quietFor() > QUIET_NANOS;
        int taken = 0;
        try (LogFile log = new LogFile(file.path(), longest)) {
            final Optional<String> identity = log.identity(isLast);
            identity.ifPresent(file::identity);
            while (identity.isPresent() && taken < most) {
                final Place place = places.getOrDefault(identity.get(), Place.BEGINNING);
                final Chunk chunk = next(log, place, isLast);
                if (chunk.isNothing()) {
                    break;
                }
                // a file truncated and written anew while it was read: its copy has these bytes
                if (!log.identity(isLast).equals(identity)) {
                    return taken;
                }
                emit(file, identity.get(), place, chunk, session);
                places.put(identity.get(), place.behind(chunk.bytes(), chunk.leavesCutLine()));
                taken++;
            }
            if (taken < most && (isLast || isFinished(log, identity, places))) {
                file.done();
            }
        } catch (final NoSuchFileException renamedMeanwhile) {
            getLogger().debug("{} has another name by now", file.path());
        }
        return taken;
    }

    private Chunk next(final LogFile log, final Place place, final boolean isLast)
            throws IOException {
        final byte[] read = log.read(place.offset(), readBytes);
        final boolean reachesEnd = place.offset() + read.length >= log.size();
        return Chunk.of(
                read, read.length, place.isInsideCutLine(), isLast && reachesEnd, longest);
    }

    /** Whether nothing waits in the file: neither a line without its end nor an unread one. */
    private static boolean isFinished(
            final LogFile log, final Optional<String> identity, final Map<String, Place> places)
            throws IOException {
        if (identity.isEmpty()) {
            return log.size() == 0;
        }
        return places.getOrDefault(identity.get(), Place.BEGINNING).offset() >= log.size();
    }

    private void emit(
            final Listing.Seen file,
            final String identity,
            final Place place,
            final Chunk chunk,
            final ProcessSession session) {
        if (chunk.lines() == 0) {
            return;
        }
        final Map<String, String> attributes = new HashMap<>();
        attributes.put(IDENTITY, identity);
        attributes.put(OFFSET, Long.toString(place.offset()));
        attributes.put(NAME, file.path().getFileName().toString());
        attributes.put(LINES, Integer.toString(chunk.lines()));
        if (chunk.isCut()) {
            attributes.put(CUT, "true");
            getLogger().warn("a line of {} at {} is cut", file.path(), place.offset());
        }
        FlowFile flowFile = session.create();
        flowFile = session.write(flowFile, stream -> stream.write(chunk.content()));
        flowFile = session.putAllAttributes(flowFile, attributes);
        session.transfer(flowFile, SUCCESS);
    }

    /** The places to keep: without those of files that have been gone for a day. */
    private static Map<String, String> remembered(
            final Map<String, Place> places, final List<Listing.Seen> files) {
        final Set<String> present = new HashSet<>();
        files.forEach(file -> present.add(file.identity()));
        final long now = Instant.now().getEpochSecond();
        final Map<String, String> kept = new HashMap<>();
        places.forEach((identity, place) -> {
            if (present.contains(identity)) {
                kept.put(identity, place.seen(now).toText());
            } else if (now - place.seenAt() < FORGOTTEN_SECONDS) {
                kept.put(identity, place.toText());
            }
        });
        return kept;
    }
}
