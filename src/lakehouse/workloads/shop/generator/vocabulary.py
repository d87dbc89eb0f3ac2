"""Words that the generated data is written in: categories, channels, segments, comments."""

from __future__ import annotations

# Portuguese and English, the best-selling first.
CATEGORIES: tuple[tuple[str, str], ...] = tuple(
    (pair.split()[0], pair.split()[1])
    for pair in """
    cama_mesa_banho bed_bath_table
    beleza_saude health_beauty
    esporte_lazer sports_leisure
    moveis_decoracao furniture_decor
    informatica_acessorios computers_accessories
    utilidades_domesticas housewares
    relogios_presentes watches_gifts
    telefonia telephony
    ferramentas_jardim garden_tools
    automotivo auto
    brinquedos toys
    perfumaria perfumery
    bebes baby
    eletronicos electronics
    papelaria stationery
    bolsas_e_acessorios bags_accessories
    pet_shop pet_shop
    moveis_escritorio office_furniture
    malas_acessorios luggage_accessories
    consoles_games consoles_games
    construcao_ferramentas construction_tools
    eletrodomesticos home_appliances
    instrumentos_musicais musical_instruments
    eletroportateis small_appliances
    casa_construcao home_construction
    livros_interesse_geral books_general_interest
    alimentos food
    moveis_sala living_room_furniture
    casa_conforto home_comfort
    bebidas drinks
    audio audio
    calcados shoes
    climatizacao air_conditioning
    alimentos_bebidas food_drink
    livros_tecnicos technical_books
    telefonia_fixa landline_telephony
    agro_industria agro_industry
    sinalizacao_e_seguranca signs_and_security
    artes_e_artesanato arts_and_crafts
    artigos_de_natal christmas_supplies
    moda_praia beach_fashion
    moveis_cozinha kitchen_furniture
    artigos_de_festas party_supplies
    moveis_quarto bedroom_furniture
    livros_importados imported_books
    cine_foto cinema_photo
    computadores computers
    roupa_masculina mens_clothing
    roupa_feminina womens_clothing
    roupa_infantil childrens_clothing
    flores flowers
    musica music
    filmes films
    fraldas_higiene diapers_hygiene
    moda_esporte sports_fashion
    tablets tablets
    moveis_colchao mattresses
    seguros_e_servicos insurance_and_services
    """.strip().splitlines()
)

ORIGINS = {
    "organic search": 28.7,
    "paid search": 19.8,
    "social": 16.9,
    "unknown": 13.7,
    "direct traffic": 6.2,
    "email": 6.2,
    "referral": 3.6,
    "other": 1.9,
    "display": 1.5,
    "other publicities": 0.8,
}
SEGMENTS = (
    *("home decor", "health beauty", "car accessories", "household utilities"),
    *("construction tools", "audio video electronics", "computers", "pet", "food supplement"),
    *("food drink", "sports leisure", "bed bath table", "bags backpacks", "toys", "stationery"),
    *("phone mobile", "handcrafted", "small appliances", "baby", "books", "watches", "gifts"),
)
LEAD_TYPES = {
    "online medium": 39.4,
    "online big": 15.0,
    "industry": 14.6,
    "offline": 12.4,
    "online small": 9.1,
    "online beginner": 6.8,
    "online top": 1.7,
    "other": 0.4,
}
BEHAVIOURS = {"cat": 61.0, "eagle": 18.5, "wolf": 14.3, "shark": 3.6, "cat, wolf": 2.6}
STOCKS = {"5-20": 33.0, "50-200": 23.0, "1-5": 15.0, "20-50": 12.0, "200+": 11.0, "unknown": 6.0}
BUSINESS_TYPES = {"reseller": 70.0, "manufacturer": 29.0, "other": 0.5}

GOODS = (
    *("produto", "relógio", "tapete", "perfume", "jogo de lençóis", "fone de ouvido", "brinquedo"),
    *("carregador", "espelho", "cadeira", "mochila", "livro", "ventilador", "conjunto de panelas"),
)
GOOD_COMMENTS = (
    "Ótimo {good}, chegou antes do prazo.",
    "Adorei o {good}! Recomendo a loja.",
    "Muito bom, o {good} é igual ao anúncio, bem embalado e sem avarias.",
    'Perfeito. Como diz minha mãe: "barato e bom".',
    "Entrega rápida.\r\nO {good} é de ótima qualidade.",
    "Gostei muito, comprarei novamente",
    "Chegou tudo certinho, parabéns",
    "{good} excelente, preço justo",
)
FAIR_COMMENTS = (
    "O {good} é bom, mas a entrega demorou.",
    "Razoável, esperava mais do {good}",
    "O {good} veio com a cor diferente, porém serve.",
    "Bom produto; embalagem ruim.\nPoderia melhorar.",
    "Ainda não testei o {good}",
)
BAD_COMMENTS = (
    "Não recebi o {good} até agora!",
    "Péssimo. Comprei dois, veio só um {good}.",
    'O anúncio diz "original", mas o {good} é falso.',
    "Estou esperando há semanas.\r\n\r\nNinguém responde, quero meu dinheiro de volta.",
    "O {good} chegou quebrado, solicitei a troca e nada",
    "Atrasou muito, não comprem aqui",
)
GOOD_TITLES = ("Recomendo", "Muito bom", "Ótimo", "Super recomendo", "Excelente, nota 10", "Bom")
BAD_TITLES = ("Não recomendo", "Péssimo", "Não recebi", "Atraso na entrega", "Decepção", "Ruim")
