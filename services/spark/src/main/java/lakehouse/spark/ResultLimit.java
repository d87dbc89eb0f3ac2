package lakehouse.spark;

import org.apache.spark.SparkContext;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.CurrentUserContext;
import org.apache.spark.sql.catalyst.expressions.BitwiseAnd;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.If;
import org.apache.spark.sql.catalyst.expressions.LessThan;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.MonotonicallyIncreasingID;
import org.apache.spark.sql.catalyst.expressions.RaiseError;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.CommandResult;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Subquery;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.types.DataTypes;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Ends a statement of a Thrift session whose result would not fit into the memory of the server.
 *
 * <p>Results are sent partition by partition (spark.sql.thriftServer.incrementalCollect), but a
 * partition is held in memory as a whole. A filter on top of the plan counts its rows and raises an
 * error above the limit, so that an accidental cross join does not end the server for everybody.
 */
class ResultLimit extends Rule<LogicalPlan> {

    private static final String EXECUTION_ID = "spark.sql.execution.id";
    /** The lower bits of monotonically_increasing_id count the rows of a partition. */
    private static final long ROW_OF_PARTITION = (1L << 33) - 1;
    /** A partition exists several times while it is serialised, stored and read back. */
    private static final long SHARE_OF_HEAP = 4;
    /** An offset and a length in an UnsafeRow. */
    private static final int BYTES_PER_FIELD = 8;

    private final SparkContext context;

    /** @param context where the statement runs. */
    ResultLimit(final SparkContext context) {
        this.context = context;
    }

    @Override
    public LogicalPlan apply(final LogicalPlan plan) {
        if (!isResultOfThrift(plan) || ReadOnly.readsDeltaItself(plan)) {
            return plan;
        }
        final long limit = rowsPerPartition(plan);
        final Option<Object> most = plan.maxRows();
        final boolean isSmall = most.nonEmpty() && (Long) most.get() <= limit;
        return isSmall ? plan : new Filter(guard(limit), plan);
    }

    /** Thrift alone sets the user; data that a command writes is planned while the command runs. */
    private boolean isResultOfThrift(final LogicalPlan plan) {
        return CurrentUserContext.CURRENT_USER().get() != null
                && context.getLocalProperty(EXECUTION_ID) == null
                && !(plan instanceof Command)
                && !(plan instanceof CommandResult)
                && !(plan instanceof Subquery);
    }

    private static long rowsPerPartition(final LogicalPlan plan) {
        final long row =
                CollectionConverters.asJava(plan.output()).stream()
                        .mapToLong(column -> BYTES_PER_FIELD + column.dataType().defaultSize())
                        .sum();
        return Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP / Math.max(row, 1);
    }

    private static Expression guard(final long limit) {
        final Expression row =
                new BitwiseAnd(new MonotonicallyIncreasingID(), number(ROW_OF_PARTITION));
        final String message =
                String.format(
                        "the result is too large for the Thrift server: more than %,d rows of it "
                                + "in one partition; select fewer rows or columns, aggregate, or "
                                + "raise LAKEHOUSE_SPARK_DRIVER_MEMORY",
                        limit);
        final Expression refusal =
                new Cast(new RaiseError(text(message)), DataTypes.BooleanType, Option.empty());
        final Expression fits = new LessThan(row, number(limit));
        return new If(fits, Literal.TrueLiteral(), refusal);
    }

    private static Literal number(final long value) {
        return new Literal(value, DataTypes.LongType);
    }

    private static Literal text(final String value) {
        final Object internal = CatalystTypeConverters.convertToCatalyst(value);
        return new Literal(internal, DataTypes.StringType);
    }
}
