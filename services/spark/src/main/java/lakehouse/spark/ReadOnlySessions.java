package lakehouse.spark;

import java.util.List;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import scala.Function1;
import scala.Tuple3;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Adds {@link ReadOnly} and {@link ResultLimit} to every session, and removes the functions that
 * call Java; named in {@code spark.sql.extensions}.
 */
public class ReadOnlySessions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {

    private static final List<String> CALLS_OF_JAVA =
            List.of("reflect", "java_method", "try_reflect");

    @Override
    public BoxedUnit apply(final SparkSessionExtensions extensions) {
        final String reader = System.getenv(ThriftLogin.READER);
        extensions.injectCheckRule(session -> new ReadOnly(reader));
        extensions.injectPreCBORule(session -> new ResultLimit(session.sparkContext()));
        CALLS_OF_JAVA.forEach(name -> takeAway(name, extensions));
        return BoxedUnit.UNIT;
    }

    /** Some arguments are computed while a statement is analysed, before any check sees them. */
    private static void takeAway(final String name, final SparkSessionExtensions extensions) {
        final Function1<Seq<Expression>, Expression> refusing =
                arguments -> {
                    throw new SecurityException(name + " is switched off: SQL may not call Java");
                };
        final ExpressionInfo info = new ExpressionInfo(ReadOnlySessions.class.getName(), name);
        extensions.injectFunction(new Tuple3<>(new FunctionIdentifier(name), info, refusing));
    }
}
