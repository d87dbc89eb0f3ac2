package lakehouse.spark;

import org.apache.spark.sql.SparkSessionExtensions;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/** Adds the check of {@link ReadOnly} to every session; named in {@code spark.sql.extensions}. */
public class ReadOnlySessions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {

    @Override
    public BoxedUnit apply(final SparkSessionExtensions extensions) {
        final String reader = System.getenv(ThriftLogin.READER);
        extensions.injectCheckRule(session -> new ReadOnly(reader));
        return BoxedUnit.UNIT;
    }
}
