package lakehouse.spark;

import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.catalyst.CurrentUserContext;
import org.apache.spark.sql.catalyst.catalog.CatalogTable;
import org.apache.spark.sql.catalyst.catalog.HiveTableRelation;
import org.apache.spark.sql.catalyst.plans.logical.CTERelationRef;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.OneRowRelation;
import org.apache.spark.sql.catalyst.plans.logical.Range;
import org.apache.spark.sql.catalyst.plans.logical.ScriptTransformation;
import org.apache.spark.sql.delta.DeltaLogFileIndex;
import org.apache.spark.sql.execution.LogicalRDD;
import org.apache.spark.sql.execution.command.SetCommand;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Looks at each analysed statement of the reader and lets pass what only reads the tables that are
 * there to be read. What is not known to be harmless is refused, files included.
 */
class ReadOnly extends AbstractFunction1<LogicalPlan, BoxedUnit> {

    private static final Set<String> DATABASES = Set.of("gold", "quality");
    private static final Set<String> LOOKING =
            Set.of("ExplainCommand", "SetCatalogAndNamespace", "SetNamespaceCommand");

    private final String reader;

    /** @param reader whom the check is for; everybody else may do everything. */
    ReadOnly(final String reader) {
        this.reader = reader;
    }

    @Override
    public BoxedUnit apply(final LogicalPlan plan) {
        if (CurrentUserContext.getCurrentUser().equals(reader) && !onlyLooks(plan)) {
            check(plan);
            CollectionConverters.asJava(plan.subqueriesAll()).forEach(this::check);
        }
        return BoxedUnit.UNIT;
    }

    /** Commands that show names and columns, the choice of a database, and reading of settings. */
    private static boolean onlyLooks(final LogicalPlan plan) {
        if (plan instanceof SetCommand set) {
            return set.kv().isEmpty() || set.kv().get()._2().isEmpty();
        }
        final String name = plan.getClass().getSimpleName();
        return plan instanceof Command
                && (LOOKING.contains(name)
                        || name.startsWith("Show")
                        || name.startsWith("Describe"));
    }

    private void check(final LogicalPlan plan) {
        plan.foreach(
                node -> {
                    if (node instanceof Command || node instanceof ScriptTransformation) {
                        throw refused(words(node.getClass().getSimpleName()));
                    }
                    if (node.children().isEmpty() && !readable(node)) {
                        throw refused(named(node));
                    }
                    return BoxedUnit.UNIT;
                });
    }

    private static boolean readable(final LogicalPlan leaf) {
        final CatalogTable table = table(leaf);
        if (table != null) {
            return DATABASES.contains(table.database().toLowerCase(Locale.ROOT));
        }
        return leaf instanceof OneRowRelation
                || leaf instanceof LocalRelation
                || leaf instanceof Range
                || leaf instanceof CTERelationRef
                || isDeltaItself(leaf);
    }

    /** What Delta reads to find the files of a table; no statement can name either of these. */
    private static boolean isDeltaItself(final LogicalPlan leaf) {
        return leaf instanceof LogicalRDD
                || leaf instanceof LogicalRelation relation
                        && relation.relation() instanceof HadoopFsRelation files
                        && files.location() instanceof DeltaLogFileIndex;
    }

    /** True for a plan that finds the files of Delta tables, which no statement can name. */
    static boolean readsDeltaItself(final LogicalPlan plan) {
        return plan.exists(node -> node.children().isEmpty() && isDeltaItself(node));
    }

    /** The table of the catalogue behind a relation; null for a file or for no relation at all. */
    private static CatalogTable table(final LogicalPlan leaf) {
        if (leaf instanceof HiveTableRelation relation) {
            return relation.tableMeta();
        }
        if (leaf instanceof LogicalRelation relation) {
            final Option<CatalogTable> table = relation.catalogTable();
            return table.isEmpty() ? null : table.get();
        }
        return null;
    }

    private static String named(final LogicalPlan leaf) {
        final CatalogTable table = table(leaf);
        if (table != null) {
            return "reading of " + table.identifier().unquotedString();
        }
        final boolean isOfFiles = leaf instanceof LogicalRelation;
        return "reading of " + (isOfFiles ? "files" : words(leaf.getClass().getSimpleName()));
    }

    /** {@code InsertIntoStatement} as {@code insert into statement}. */
    private static String words(final String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    private SecurityException refused(final String what) {
        return new SecurityException(
                reader + " may read tables of gold and quality and nothing else; refused: " + what);
    }
}
