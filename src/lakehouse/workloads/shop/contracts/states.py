"""The states of Brazil, the federal district among them: public facts that no source holds."""

from __future__ import annotations

from dataclasses import dataclass

_COUNTRY = "BR"


@dataclass(frozen=True)
class State:
    """A state, or the federal district.

    Attributes:
        code: two letters, as addresses have it.
        name: in Portuguese.
        region: the region that it belongs to, in Portuguese.
    """

    code: str
    name: str
    region: str

    @property
    def iso_code(self) -> str:
        """What ISO 3166-2 calls it, such as `BR-SP`."""
        return f"{_COUNTRY}-{self.code}"


STATES: tuple[State, ...] = (
    State("AC", "Acre", "Norte"),
    State("AL", "Alagoas", "Nordeste"),
    State("AM", "Amazonas", "Norte"),
    State("AP", "Amapá", "Norte"),
    State("BA", "Bahia", "Nordeste"),
    State("CE", "Ceará", "Nordeste"),
    State("DF", "Distrito Federal", "Centro-Oeste"),
    State("ES", "Espírito Santo", "Sudeste"),
    State("GO", "Goiás", "Centro-Oeste"),
    State("MA", "Maranhão", "Nordeste"),
    State("MG", "Minas Gerais", "Sudeste"),
    State("MS", "Mato Grosso do Sul", "Centro-Oeste"),
    State("MT", "Mato Grosso", "Centro-Oeste"),
    State("PA", "Pará", "Norte"),
    State("PB", "Paraíba", "Nordeste"),
    State("PE", "Pernambuco", "Nordeste"),
    State("PI", "Piauí", "Nordeste"),
    State("PR", "Paraná", "Sul"),
    State("RJ", "Rio de Janeiro", "Sudeste"),
    State("RN", "Rio Grande do Norte", "Nordeste"),
    State("RO", "Rondônia", "Norte"),
    State("RR", "Roraima", "Norte"),
    State("RS", "Rio Grande do Sul", "Sul"),
    State("SC", "Santa Catarina", "Sul"),
    State("SE", "Sergipe", "Nordeste"),
    State("SP", "São Paulo", "Sudeste"),
    State("TO", "Tocantins", "Norte"),
)
