"""Brazil as the generator knows it: states, their zip code ranges and cities.

Weights are rough shares of online shoppers; coordinates are those of the city centres, in degrees,
to about a kilometre or ten.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """A city: name as people write it, share of its state's shoppers, degrees north and east."""

    name: str
    weight: float
    latitude: float
    longitude: float


@dataclass(frozen=True)
class State:
    """A state.

    Attributes:
        code: two letters.
        shoppers: share of the country's customers, in percent.
        sellers: share of the country's sellers, in percent.
        zip_codes: first and last zip code prefix.
        cities: the largest first.
    """

    code: str
    shoppers: float
    sellers: float
    zip_codes: tuple[int, int]
    cities: tuple[City, ...]


def _state(code: str, shoppers: float, sellers: float, first: int, last: int, cities: str) -> State:
    parsed = []
    for line in cities.strip().splitlines():
        name, weight, latitude, longitude = (part.strip() for part in line.split(";"))
        parsed.append(City(name, float(weight), float(latitude), float(longitude)))
    return State(code, shoppers, sellers, (first, last), tuple(parsed))


STATES: tuple[State, ...] = (
    _state("SP", 42.0, 59.7, 1000, 19999, """
        são paulo; 38; -23.55; -46.63
        campinas; 4; -22.91; -47.06
        guarulhos; 3.5; -23.46; -46.53
        são bernardo do campo; 3; -23.69; -46.56
        santo andré; 2.6; -23.66; -46.53
        osasco; 2.5; -23.53; -46.79
        santos; 2.3; -23.96; -46.33
        são josé dos campos; 2.2; -23.18; -45.88
        sorocaba; 2.1; -23.50; -47.46
        jundiaí; 1.8; -23.19; -46.88
        ribeirão preto; 1.7; -21.18; -47.81
        barueri; 1.2; -23.51; -46.88
        mogi das cruzes; 1.1; -23.52; -46.19
        piracicaba; 1; -22.73; -47.65
        são josé do rio preto; 1; -20.82; -49.38
        bauru; 0.8; -22.31; -49.06
        santa bárbara d'oeste; 0.5; -22.75; -47.41
        mogi guaçu; 0.5; -22.37; -46.94
    """),
    _state("RJ", 12.9, 5.5, 20000, 28999, """
        rio de janeiro; 55; -22.91; -43.17
        niterói; 7; -22.88; -43.10
        nova iguaçu; 4; -22.76; -43.45
        são gonçalo; 4; -22.83; -43.05
        duque de caxias; 3; -22.79; -43.31
        petrópolis; 2; -22.51; -43.18
        volta redonda; 1.5; -22.52; -44.10
        campos dos goytacazes; 1.5; -21.75; -41.33
        paraty; 0.4; -23.22; -44.72
    """),
    _state("ES", 2.0, 0.7, 29000, 29999, """
        vitória; 3; -20.32; -40.34
        vila velha; 3; -20.33; -40.29
        serra; 2; -20.13; -40.31
    """),
    _state("MG", 11.7, 7.9, 30000, 39999, """
        belo horizonte; 28; -19.92; -43.94
        contagem; 4.5; -19.93; -44.05
        uberlândia; 4; -18.92; -48.28
        juiz de fora; 3.8; -21.76; -43.35
        betim; 2; -19.97; -44.20
        montes claros; 1.8; -16.73; -43.86
        ipatinga; 1.4; -19.47; -42.54
        poços de caldas; 1.3; -21.79; -46.56
    """),
    _state("BA", 3.4, 0.6, 40000, 48999, """
        salvador; 9; -12.97; -38.51
        feira de santana; 2; -12.27; -38.97
        vitória da conquista; 1.2; -14.87; -40.84
        porto seguro; 0.7; -16.45; -39.06
    """),
    _state("SE", 0.4, 0.1, 49000, 49999, "aracaju; 1; -10.91; -37.07"),
    _state("PE", 1.7, 0.3, 50000, 56999, """
        recife; 5; -8.05; -34.88
        jaboatão dos guararapes; 2; -8.11; -35.01
        olinda; 1.3; -8.01; -34.86
        caruaru; 0.8; -8.28; -35.98
    """),
    _state("AL", 0.4, 0.1, 57000, 57999, "maceió; 1; -9.67; -35.74"),
    _state("PB", 0.5, 0.2, 58000, 58999, """
        joão pessoa; 3; -7.12; -34.86
        campina grande; 1; -7.23; -35.88
    """),
    _state("RN", 0.5, 0.2, 59000, 59999, """
        natal; 3; -5.79; -35.21
        mossoró; 1; -5.19; -37.34
    """),
    _state("CE", 1.3, 0.4, 60000, 63999, """
        fortaleza; 7; -3.73; -38.53
        juazeiro do norte; 1; -7.21; -39.32
    """),
    _state("PI", 0.5, 0.1, 64000, 64999, "teresina; 1; -5.09; -42.80"),
    _state("MA", 0.8, 0.1, 65000, 65999, """
        são luís; 3; -2.53; -44.30
        imperatriz; 1; -5.52; -47.48
    """),
    _state("PA", 1.0, 0.1, 66000, 68899, """
        belém; 3; -1.46; -48.50
        ananindeua; 1; -1.37; -48.37
        santarém; 0.6; -2.44; -54.71
    """),
    _state("AP", 0.1, 0.05, 68900, 68999, "macapá; 1; 0.03; -51.07"),
    _state("AM", 0.2, 0.1, 69000, 69299, "manaus; 1; -3.12; -60.02"),
    _state("RR", 0.1, 0.05, 69300, 69399, "boa vista; 1; 2.82; -60.67"),
    _state("AC", 0.1, 0.05, 69900, 69999, "rio branco; 1; -9.97; -67.81"),
    _state("DF", 2.2, 1.0, 70000, 72799, "brasília; 1; -15.79; -47.88"),
    _state("GO", 2.0, 1.3, 72800, 76799, """
        goiânia; 7; -16.69; -49.26
        aparecida de goiânia; 2; -16.82; -49.25
        anápolis; 1.6; -16.33; -48.95
    """),
    _state("RO", 0.3, 0.1, 76800, 76999, "porto velho; 1; -8.76; -63.90"),
    _state("TO", 0.3, 0.05, 77000, 77999, "palmas; 1; -10.18; -48.33"),
    _state("MT", 0.9, 0.2, 78000, 78899, """
        cuiabá; 3; -15.60; -56.10
        várzea grande; 1; -15.65; -56.13
        rondonópolis; 0.8; -16.47; -54.64
    """),
    _state("MS", 0.7, 0.2, 79000, 79999, """
        campo grande; 3; -20.44; -54.65
        dourados; 1; -22.22; -54.81
    """),
    _state("PR", 5.1, 11.3, 80000, 87999, """
        curitiba; 15; -25.43; -49.27
        londrina; 4; -23.31; -51.16
        maringá; 3.6; -23.42; -51.94
        são josé dos pinhais; 2; -25.53; -49.21
        ponta grossa; 1.8; -25.10; -50.16
        cascavel; 1.6; -24.96; -53.46
    """),
    _state("SC", 3.7, 6.1, 88000, 89999, """
        florianópolis; 6; -27.60; -48.55
        joinville; 4; -26.30; -48.85
        blumenau; 3; -26.92; -49.07
        são josé; 2; -27.61; -48.63
        balneário camboriú; 1.6; -26.99; -48.63
    """),
    _state("RS", 5.5, 4.2, 90000, 99999, """
        porto alegre; 14; -30.03; -51.23
        caxias do sul; 3.6; -29.17; -51.18
        canoas; 3; -29.92; -51.18
        santa maria; 2.4; -29.69; -53.81
        pelotas; 2; -31.77; -52.34
        novo hamburgo; 2; -29.68; -51.13
    """),
)  # fmt: skip
