package lakehouse.nifi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
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
 * <p>A file is recognised by device and inode together with its content, and never by its name: a
 * renamed, copied or compressed file goes on where it was, a truncated or replaced one is a new
 * file. How far each was read is kept in NiFi's state in one step with the lines handed on.
 */
@Tags({"log", "tail", "lines", "lakehouse"})
@CapabilityDescription("Reads the lines written to a log and to its rotated files; each bundle of"
        + " lines tells the file's identity and the offset of its first byte")
@InputRequirement(InputRequirement.Requirement.INPUT_FORBIDDEN)
@TriggerSerially
@DefaultSchedule(period = "50 ms")
@Stateful(scopes = Scope.LOCAL, description = "How far each file was read, by the file's identity")
@WritesAttributes({
    @WritesAttribute(attribute = TailLines.IDENTITY, description = "Identity of the file's content"),
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

    private volatile Path directory;
    private volatile Tail tail;

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
        tail =
                new Tail(
                        directory,
                        Pattern.compile(context.getProperty(PATTERN).getValue()),
                        context.getProperty(LONGEST).asDataSize(DataUnit.B).intValue(),
                        context.getProperty(CHUNK).asDataSize(DataUnit.B).intValue(),
                        QUIET_NANOS);
    }

    @Override
    public void onTrigger(final ProcessContext context, final ProcessSession session) {
        try {
            if (tail.look()) {
                final Map<String, String> before = session.getState(Scope.LOCAL).toMap();
                final Optional<Map<String, String>> after =
                        tail.read(before, new SessionSink(session));
                if (after.isPresent()) {
                    session.setState(after.get(), Scope.LOCAL);
                    // what is remembered of files would be ahead of what was rolled back
                    final Tail reader = tail;
                    session.commitAsync(() -> {}, failure -> reader.forget());
                }
            }
        } catch (final IOException | RuntimeException failure) {
            tail.forget();
            context.yield();
            throw new ProcessException("cannot read the logs in " + directory, failure);
        }
    }

    private void emit(
            final ProcessSession session,
            final Path file,
            final String identity,
            final long offset,
            final Chunk chunk) {
        final Map<String, String> attributes = new HashMap<>();
        attributes.put(IDENTITY, identity);
        attributes.put(OFFSET, Long.toString(offset));
        attributes.put(NAME, file.getFileName().toString());
        attributes.put(LINES, Integer.toString(chunk.lines()));
        if (chunk.isCut()) {
            attributes.put(CUT, "true");
            getLogger().warn("a line of {} at {} is cut", file, offset);
        }
        FlowFile flowFile = session.create();
        flowFile = session.write(flowFile, stream -> stream.write(chunk.content()));
        flowFile = session.putAllAttributes(flowFile, attributes);
        session.transfer(flowFile, SUCCESS);
    }

    /** Hands on what was found within a session. */
    private final class SessionSink implements Tail.Sink {

        private final ProcessSession session;

        SessionSink(final ProcessSession current) {
            session = current;
        }

        @Override
        public void lines(
                final Path file, final String identity, final long offset, final Chunk chunk) {
            emit(session, file, identity, offset, chunk);
        }

        @Override
        public void unreadable(final Path file, final String reason) {
            // an error: as such it is an alarm of `status` for as long as it is repeated
            getLogger().error("{} cannot be read: {}. The other files are read on", file, reason);
        }
    }
}
